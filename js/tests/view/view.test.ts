import { describe, expect, it, vi } from 'vitest';
import { Feed } from '../../src/feed';
import { Session } from '../../src/session';
import { View } from '../../src/view/view';
import { deltas, ID, state, text } from '../fakes';
import { onStage, page, say, shown } from './stage';

onStage();

describe('a view', () => {
  it('shows at once what the session already has', () => {
    const session = new Session(ID);
    session.accept('server', deltas(text(0, 'Hello')));
    session.accept('server', state({ status: 'done', length: 5 }));
    const { signal } = new AbortController();
    const late = new View(new Feed(session, null, signal), signal);
    expect(late.element.querySelector('.nbps-md')?.textContent).toBe('Hello');
    expect(shown(late.element)).toBe('Hello');
    expect(late.element.dataset).toMatchObject({ status: 'done', source: 'server', offset: '5' });
  });

  it('leaves nothing behind', () => {
    say(state());
    page.abort();
    expect(document.querySelector('.nbps')).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('styles each root once', async () => {
    vi.resetModules();
    const { View: Unused } = await import('../../src/view/view');
    const view = new Unused(new Feed(new Session(ID), null, page.signal), page.signal);
    const host = document.body.appendChild(document.createElement('div'));
    const shadow = host.attachShadow({ mode: 'open' });
    const styles = document.querySelectorAll('style').length;
    for (const root of [document, shadow, document, document.createElement('p')]) view.dress(root);
    expect(document.querySelectorAll('style')).toHaveLength(styles + 1);
    expect(shadow.querySelectorAll('style')).toHaveLength(1);
  });
});
