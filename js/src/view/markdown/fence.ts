import type { CodeBlock } from './code';

const OPENER = /^(`{3,}|~{3,})/;
const MAYBE_CLOSER = /^ {0,3}(?:`+|~+)[ \t]*$/;

/** A code fence that is open: what comes is code, line by line, until its closer. */
export class OpenFence {
  readonly #block: CodeBlock;
  readonly #closer: RegExp;

  constructor(opener: string, block: CodeBlock) {
    const marks = OPENER.exec(opener)?.[0] ?? '```';
    this.#closer = new RegExp(`^ {0,3}${marks[0]}{${marks.length},}[ \\t]*$`);
    this.#block = block;
  }

  /** How much of the code is taken already, in whole lines. */
  get taken(): number {
    return this.#block.complete;
  }

  /** Whether a line opens a fence whose code is taken as it stands: one that is not indented. */
  static opens(line: string): boolean {
    return OPENER.test(line);
  }

  /** Whether a line that follows is the closer. */
  isCloser(line: string): boolean {
    return this.#closer.test(line);
  }

  /**
   * Takes in code that begins at a line's start. Gives back what is not taken for good: the line
   * that is being written, or what follows the closer.
   */
  take(source: string, final: boolean): { rest: string; closed: boolean } {
    let start = 0;
    while (start < source.length) {
      const newline = source.indexOf('\n', start);
      if (newline < 0 && !final) break;
      const end = newline < 0 ? source.length : newline;
      if (this.isCloser(source.slice(start, end))) {
        this.#block.append(source.slice(0, start));
        return { rest: source.slice(end + 1), closed: true };
      }
      if (newline < 0) break;
      start = newline + 1;
    }
    const partial = source.slice(start);
    // markdown-it takes white space at the very end for no line.
    const doubtful = final ? !partial.trim() : MAYBE_CLOSER.test(partial);
    this.#block.append(doubtful ? source.slice(0, start) : source);
    return { rest: final ? '' : partial, closed: false };
  }
}
