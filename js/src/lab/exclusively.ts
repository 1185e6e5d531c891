/** Does a task while no other tab of this browser does one of the same notebook. */
export async function exclusively<T>(path: string, task: () => Promise<T>): Promise<T> {
  // There are no locks on a page that came over plain http from another host.
  if (!navigator.locks) return task();
  return navigator.locks.request(`nb-persistent-stream:${path}`, task) as Promise<T>;
}
