import { beforeEach, expect, it, vi } from 'vitest';
import { whenNear } from '../src/near';

type Report = (entries: readonly { readonly isIntersecting: boolean }[]) => void;

const observe = vi.fn();
const disconnect = vi.fn();
let report: Report;
let page: AbortController;
const task = vi.fn();

beforeEach(() => {
  vi.resetAllMocks();
  page = new AbortController();
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      observe = observe;
      disconnect = disconnect;
      constructor(callback: Report) {
        report = callback;
      }
    },
  );
  whenNear(document.body, task, page.signal);
});

it('waits until the element is near, and does its task once', () => {
  expect(observe).toHaveBeenCalledExactlyOnceWith(document.body);
  report([{ isIntersecting: false }]);
  expect(task).not.toHaveBeenCalled();
  report([{ isIntersecting: false }, { isIntersecting: true }]);
  expect(task).toHaveBeenCalledOnce();
  expect(disconnect).toHaveBeenCalledOnce();
});

it('stops looking when the view is gone', () => {
  page.abort();
  expect(disconnect).toHaveBeenCalledOnce();
  expect(task).not.toHaveBeenCalled();
});
