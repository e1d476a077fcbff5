/** Hands a file to the browser's downloads. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the address by the next turn of its loop; a minute is on the safe side for slow disks.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
