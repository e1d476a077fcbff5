import type { DomainRole } from '../../worker/protocol/data';

export const ROLE_NAMES: readonly (readonly [DomainRole, string])[] = [
  ['pretraining', 'pre-training'],
  ['downstream', 'downstream'],
  ['heldOut', 'held out'],
];
