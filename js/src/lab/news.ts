import type { StreamObserver } from '../registry';

/** What the views of this page tell of their streams, for whoever wants to know. */
export class News implements StreamObserver {
  readonly #observers = new Set<StreamObserver>();

  add(observer: StreamObserver): void {
    this.#observers.add(observer);
  }

  live(streamId: string): void {
    for (const observer of this.#observers) observer.live(streamId);
  }

  complete(streamId: string, words: string): void {
    for (const observer of this.#observers) observer.complete(streamId, words);
  }
}
