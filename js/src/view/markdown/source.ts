/** The text of a document that is still to be read, given back in slices. */
export class SourceQueue {
  readonly #pieces: string[] = [];
  #next = 0;
  /** How far the next piece is read. */
  #at = 0;
  /** A carriage return at a piece's end: the rest of its line break may be in the next one. */
  #return = false;

  get empty(): boolean {
    return this.#next === this.#pieces.length;
  }

  /** Line breaks come to be `\n`, and NUL what CommonMark makes of it. */
  add(text: string): void {
    let piece = this.#return ? `\r${text}` : text;
    this.#return = piece.endsWith('\r');
    if (this.#return) piece = piece.slice(0, -1);
    this.#push(piece.replace(/\r\n?/g, '\n').replaceAll('\0', '\ufffd'));
  }

  end(): void {
    if (this.#return) this.#push('\n');
    this.#return = false;
  }

  /** The next text, of about so many characters at most. */
  take(most: number): string {
    let slice = '';
    while (slice.length < most && !this.empty) {
      const piece = this.#pieces[this.#next] ?? '';
      let end = Math.min(piece.length, this.#at + most - slice.length);
      // Never between the halves of one character.
      if (/[\ud800-\udbff]/.test(piece.charAt(end - 1))) end = Math.min(end + 1, piece.length);
      slice += piece.slice(this.#at, end);
      this.#at = end;
      if (end === piece.length) this.#drop();
    }
    return slice;
  }

  #push(piece: string): void {
    if (piece) this.#pieces.push(piece);
  }

  #drop(): void {
    this.#next++;
    this.#at = 0;
    if (this.empty) this.#pieces.length = this.#next = 0;
  }
}
