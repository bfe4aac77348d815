// The progress bar: only on a terminal, only for long files, drawn seldom, taken away.

import { describe, expect, it } from 'vitest';
import { createProgress } from '../../src/io/progress.js';

const SIZE = 100e6;

function drawn(terminal: { isTTY?: boolean; columns?: number }, enabled: boolean, size: number | undefined) {
  const texts: string[] = [];
  let time = 0;
  const write = (text: string) => texts.push(text);
  const progress = createProgress({ ...terminal, write }, enabled, () => time);
  for (let i = 1; i <= 100; i++) {
    time += 10;
    progress.update(i * 1e6, size);
  }
  progress.clear();
  progress.clear();
  return texts;
}

describe('progress', () => {
  it('is drawn ten times a second, and taken away once', () => {
    const texts = drawn({ isTTY: true, columns: 80 }, true, SIZE);
    expect(texts).toHaveLength(11);
    expect(texts[4]).toBe('\r\x1b[K 50 % [############------------]  50 of 100 MB  100 MB/s');
    expect(texts.at(-1)).toBe('\r\x1b[K');
  });

  it('fits a narrow terminal', () => {
    for (const text of drawn({ isTTY: true, columns: 20 }, true, SIZE)) expect(text.length).toBeLessThan(20 + 4);
  });

  it.each([
    ['no terminal', {}, true, SIZE],
    ['not enabled', { isTTY: true }, false, SIZE],
    ['a short file', { isTTY: true }, true, 1e6],
    ['a pipe', { isTTY: true }, true, undefined],
  ])('%s: nothing', (_, terminal, enabled, size) => {
    expect(drawn(terminal, enabled, size)).toEqual([]);
  });
});
