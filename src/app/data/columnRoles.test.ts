import { describe, expect, it } from 'vitest';
import { mappingProblem, roleOf, withRole } from './columnRoles';

describe('withRole', () => {
  it('moves a role from its old column to the new one', () => {
    const mapping = withRole({ user: 'a', item: 'b' }, 'c', 'user');
    expect(mapping).toEqual({ user: 'c', item: 'b' });
    expect(roleOf(mapping, 'a')).toBeNull();
  });

  it('takes away the role that the column had', () => {
    expect(withRole({ user: 'a', item: 'b' }, 'a', 'item')).toEqual({ item: 'a' });
  });

  it('joins several columns of text and lets each go alone', () => {
    const both = withRole(withRole({ item: 'id' }, 'title', 'text'), 'features', 'text');
    expect(both).toEqual({ item: 'id', text: ['title', 'features'] });
    expect(roleOf(both, 'features')).toBe('text');
    expect(withRole(both, 'title', null)).toEqual({ item: 'id', text: ['features'] });
    expect(withRole(withRole(both, 'title', null), 'features', null)).toEqual({ item: 'id' });
  });

  it('keeps the unit of times', () => {
    expect(withRole({ time: 't', timeUnit: 'milliseconds' }, 'u', 'user')).toEqual({
      time: 't',
      timeUnit: 'milliseconds',
      user: 'u',
    });
  });
});

describe('mappingProblem', () => {
  it('accepts events, histories and catalogues', () => {
    expect(mappingProblem({ user: 'u', item: 'i' })).toBeNull();
    expect(mappingProblem({ user: 'u', history: 'h' })).toBeNull();
    expect(mappingProblem({ item: 'i', text: ['t'] })).toBeNull();
  });

  it('names what is missing', () => {
    expect(mappingProblem({ user: 'u' })).toMatch(/item id/);
    expect(mappingProblem({ history: 'h' })).toMatch(/user id/);
    expect(mappingProblem({ item: 'i', brand: 'b' })).toMatch(/user id .* or the title/);
  });
});
