/** Tells whenever an element comes into the reader's sight, or leaves it. */
export function whenSeen(element: Element, tell: (seen: boolean) => void): void {
  const observer = new IntersectionObserver((entries) => {
    const latest = entries.at(-1);
    if (latest) tell(latest.isIntersecting);
  });
  observer.observe(element);
}
