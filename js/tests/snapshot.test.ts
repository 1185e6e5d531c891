import { describe, expect, it } from 'vitest';
import { savedCopy, unfinishedWords } from '../src/snapshot';

const MORE = unfinishedWords('01J');

describe('what a file holds of a body', () => {
  it.each([
    ['The answer', { text: 'The answer', whole: true }],
    ['One\n\nTwo', { text: 'One\n\nTwo', whole: true }],
    ['', { text: '', whole: false }],
    [MORE, { text: '', whole: false }],
    [`One\n\nTwo\n\n${MORE}`, { text: 'One\n\nTwo', whole: false }],
    [`${MORE}\n\nsaid the model`, { text: `${MORE}\n\nsaid the model`, whole: true }],
  ])('%o', (markdown, copy) => {
    expect(savedCopy(markdown)).toEqual(copy);
  });
});
