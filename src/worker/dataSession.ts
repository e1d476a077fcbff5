/** The data worker's session: the open workspace, its domains and tables. Imports are `importSession.ts`. */
import { ConfigError } from '../base/errors';
import type { Workspace, Workspaces } from '../data/workspace/api';
import type { ItemRow } from '../data/workspace/types';
import { openWorkspaces } from '../data/workspace/workspaces';
import { zipStream } from '../formats/zipWriter';
import { openBrowserColumnStorage } from '../storage/browserColumnStorage';
import type { ColumnStorage } from '../storage/columnStorage';
import { readSetting, writeSetting } from '../storage/settings';
import { ImportSession } from './importSession';
import type { ErrorReport } from './protocol';
import {
  DATA_PROTOCOL_VERSION,
  type DataEvent,
  type DataReplies,
  type DataRequest,
  type ItemCardRow,
  type ItemView,
  UNDO_MS,
  type UserView,
  type WorkspaceView,
} from './protocol/data';

const FIRST_NAME = 'Workspace';
const LAST_WORKSPACE = 'lastWorkspace';
const SHOWN_TEXT = 2000;

export class DataSession {
  readonly #imports: ImportSession;
  #storage: ColumnStorage | null = null;
  #workspaces: Workspaces | null = null;
  #workspace: Workspace | null = null;

  constructor(
    readonly emit: (event: DataEvent) => void,
    errorReport: (error: unknown) => ErrorReport,
    readonly nowMs: () => number,
  ) {
    this.#imports = new ImportSession(emit, errorReport, nowMs);
  }

  /** @throws ConfigError, ConflictError, FormatError, QuotaError, UnsupportedError … as the request's work does */
  async answer(request: DataRequest): Promise<DataReplies[DataRequest['kind']]> {
    switch (request.kind) {
      case 'workspace':
        return this.#open(request.version, request.id);
      case 'createWorkspace':
        return this.#use(await (await this.#all()).create(request.name));
      case 'recognise':
        return this.#imports.recognise(request.files, request.urls);
      case 'preflight':
        return (await this.#openOrFirst()).preflight(this.#imports.sourceBytes(request.plan));
      case 'import':
        return this.#imports.start(await this.#openOrFirst(), request.plan);
      case 'continueImport':
        return this.#imports.continueWith(this.#opened(), request.id, request.files);
      case 'steerImport':
        return this.#imports.steer(this.#opened(), request.id, request.wish);
      case 'items': {
        const { total, rows } = await this.#opened().browseItems(request.domain, request.request);
        return { total, rows: await this.#cards(request.domain, rows, request.hasImages) };
      }
      case 'item':
        return this.#item(request.domain, request.item);
      case 'users':
        return this.#opened().browseUsers(request.domain, request.request);
      case 'user':
        return this.#user(request.domain, request.user, request.limit);
      case 'defaultTransform':
        return this.#opened().defaultTransform(request.domain);
      case 'previewTransform':
        return this.#opened().previewTransform(request.domain, request.options);
      case 'applyTransform':
        await this.#opened().applyTransform(request.domain, request.options);
        return null;
      case 'overlap':
        return this.#opened().overlap();
      case 'setRole':
        await this.#opened().setRole(request.domain, request.role);
        return null;
      case 'rename':
        await this.#opened().rename(request.domain, request.name);
        return null;
      case 'deleteDomain':
        await this.#opened().delete(request.domain);
        return null;
      case 'undoDelete':
        await this.#opened().undoDelete(request.domain);
        return null;
      case 'purge':
        // A little less than the window's own wait: its clock and this one need not agree.
        return { freedBytes: await this.#opened().purge(0.9 * UNDO_MS) };
      case 'exportDomain':
        return this.#export(request.domain);
    }
  }

  async #open(version: number, id: string | null): Promise<WorkspaceView> {
    if (version !== DATA_PROTOCOL_VERSION)
      throw new ConfigError(
        'worker/version',
        `worker: the page speaks data protocol ${version}, the worker ${DATA_PROTOCOL_VERSION}; reload the page.`,
      );
    const all = await this.#all();
    const known = await all.list();
    const last = await readSetting<string>(LAST_WORKSPACE);
    const wanted = id ?? this.#workspace?.info.id ?? (known.find((info) => info.id === last) ?? known[0])?.id ?? null;
    if (wanted === null || this.#workspace?.info.id === wanted) return this.#view();
    const workspace = await all.open(wanted);
    // What an earlier visit deleted can no longer be put back.
    await workspace.purge(UNDO_MS);
    return this.#use(workspace);
  }

  /** Opens `workspace`, on later visits as well. */
  async #use(workspace: Workspace): Promise<WorkspaceView> {
    this.#workspace = workspace;
    await writeSetting(LAST_WORKSPACE, workspace.info.id);
    return this.#view();
  }

  async #view(): Promise<WorkspaceView> {
    const workspaces = await (await this.#all()).list();
    const workspace = this.#workspace;
    if (!workspace) {
      const { usedBytes = 0, quotaBytes = 0 } = (await this.#storage?.estimate()) ?? {};
      return { workspace: null, workspaces, domains: [], imports: [], storage: { usedBytes, quotaBytes, domains: [] } };
    }
    const domains = await workspace.domains();
    return {
      workspace: workspace.info,
      workspaces,
      domains,
      imports: this.#imports.views(domains),
      storage: await workspace.storage(),
    };
  }

  async #item(domain: string, item: number): Promise<ItemView> {
    const detail = await this.#opened().itemDetail(domain, item);
    const [card] = await this.#cards(domain, [detail], true);
    return { ...detail, text: detail.text.slice(0, SHOWN_TEXT), image: card?.image ?? null };
  }

  async #user(domain: string, user: number, limit: number): Promise<UserView> {
    const workspace = this.#opened();
    const detail = await workspace.userDetail(domain, user);
    const newest = detail.items.slice(-limit).reverse();
    const rows: ItemRow[] = [];
    for (const item of newest) rows.push(await workspace.itemDetail(domain, item));
    return { ...detail, newest: await this.#cards(domain, rows, true) };
  }

  async #cards(domain: string, rows: readonly ItemRow[], hasImages: boolean): Promise<ItemCardRow[]> {
    const workspace = this.#opened();
    const cards: ItemCardRow[] = [];
    for (const row of rows) {
      const picture = hasImages && row.hasImage ? await workspace.readImage(domain, row.item) : null;
      // A copy of its own: a view into a larger buffer would travel with all of it.
      const image = picture && { type: picture.mediaType, bytes: picture.bytes.slice().buffer };
      cards.push({ ...row, image });
    }
    return cards;
  }

  async #export(id: string): Promise<DataReplies['exportDomain']> {
    const workspace = this.#opened();
    const { name } = await workspace.domain(id);
    const archive = await new Response(zipStream(workspace.exportReference(id))).blob();
    return { name: `${name.replace(/[^\p{L}\p{N}._-]+/gu, '_')}.zip`, archive };
  }

  async #all(): Promise<Workspaces> {
    this.#storage ??= await openBrowserColumnStorage();
    this.#workspaces ??= openWorkspaces(this.#storage, this.nowMs);
    return this.#workspaces;
  }

  async #openOrFirst(): Promise<Workspace> {
    this.#workspace ??= await (await this.#all()).create(FIRST_NAME);
    return this.#workspace;
  }

  #opened(): Workspace {
    if (!this.#workspace)
      throw new ConfigError('workspace/none', 'workspace: none is open; import a domain or choose a workspace first.');
    return this.#workspace;
  }
}
