import type { Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils';
import { cancel } from '../../http';
import type { Server } from '../../page';
import type { ListedStream } from '../../protocol';
import { answer } from '../../snapshot';
import { copyText } from '../../view/clipboard';
import { bodyOf, deleteStream, renameStream } from '../rest';
import { isLive, nameOf } from './words';

const BRIEFLY = { autoClose: 2_000 };
/** The server takes no longer one. */
const LONGEST_TITLE = 1_000;
const AWAY = 'The server refused, or cannot be reached.';

/** How the application speaks to the reader. */
export interface Speech {
  readonly Dialog: typeof Dialog;
  readonly InputDialog: typeof InputDialog;
  readonly Notification: typeof Notification;
  readonly showDialog: typeof showDialog;
}

/** What can be done with a stream by asking its server; each says to the reader how it went. */
export class Acts {
  readonly #server: Server;
  readonly #speech: Speech;

  constructor(server: Server, speech: Speech) {
    this.#server = server;
    this.#speech = speech;
  }

  async stop(streamIds: readonly string[]): Promise<void> {
    const stopped = await Promise.all(streamIds.map((id) => cancel(this.#server, id)));
    if (stopped.includes(false)) this.fail(`The stream could not be stopped. ${AWAY}`);
  }

  /** Copies the text as far as it is written, without what is folded away in a view. */
  async copy(streamId: string): Promise<void> {
    const body = await bodyOf(this.#server, streamId);
    if (body === null) return this.fail(`The text could not be fetched. ${AWAY}`);
    const text = answer(body);
    if (!text) return this.tell('There is no text to copy yet.');
    if (await copyText(text)) this.tell('The text is on the clipboard.');
    else this.fail('The browser did not allow the text to be copied. Open the stream, select it.');
  }

  /** Asks for another title; an empty one leaves the stream without. What it is now called. */
  async rename(stream: ListedStream): Promise<string | null> {
    const { button, value } = await this.#speech.InputDialog.getText({
      title: 'Rename Stream',
      label: 'Title (empty for none):',
      text: stream.title ?? '',
      okLabel: 'Rename',
      pattern: `.{0,${LONGEST_TITLE}}`,
    });
    if (!button.accept || value === null) return null;
    const title = value.trim();
    if (await renameStream(this.#server, stream.stream_id, title)) {
      return nameOf({ ...stream, title });
    }
    this.fail(`The stream could not be renamed. ${AWAY}`);
    return null;
  }

  /** Deletes a stream once the reader has agreed; a live one is stopped first, by the reader. */
  async delete(stream: ListedStream): Promise<void> {
    if (isLive(stream)) return this.tell('This stream is running. Stop it, then delete it.');
    if (!(await this.#agreed(stream))) return;
    const gone = await deleteStream(this.#server, stream.stream_id);
    if (!gone) this.fail(`The stream could not be deleted. ${AWAY}`);
  }

  /** Says something that needs no answer. */
  tell(words: string): void {
    this.#speech.Notification.info(words, BRIEFLY);
  }

  fail(words: string): void {
    this.#speech.Notification.error(words);
  }

  async #agreed(stream: ListedStream): Promise<boolean> {
    const { Dialog, showDialog } = this.#speech;
    const { button } = await showDialog({
      title: 'Delete this stream?',
      body:
        `“${short(nameOf(stream))}” will be deleted from the store, and nothing can bring it ` +
        'back. Notebooks keep the copy of the text that was saved in them.',
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: 'Delete' })],
      defaultButton: 0,
    });
    return button.accept;
  }
}

function short(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name;
}
