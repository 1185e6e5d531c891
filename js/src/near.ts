/** How far from sight is near: a screen's height, so that a reader who scrolls need not wait. */
const NEAR: IntersectionObserverInit & { readonly scrollMargin: string } = {
  rootMargin: '100% 0px',
  // A notebook scrolls within the page. A browser that does not know this waits for the sight of it.
  scrollMargin: '100% 0px',
};

/** Does a task once an element is in sight or nearly so. */
export function whenNear(element: Element, task: () => void, signal: AbortSignal): void {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    task();
  }, NEAR);
  observer.observe(element);
  signal.addEventListener('abort', () => observer.disconnect());
}
