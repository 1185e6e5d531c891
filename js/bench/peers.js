/** The renderers that are compared: each shows what `append` was given once `flush` returns. */
import { createIncremarkParser } from '@incremark/core';
import DOMPurify from 'dompurify';
import markdownIt from 'markdown-it';
import { MarkdownParser } from 'markdown-parser';
import { marked } from 'marked';
import morphdom from 'morphdom';
import { createElement } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { Streamdown } from 'streamdown';
import * as streaming from 'streaming-markdown';
import { Markdown } from '../src/view/markdown/markdown';

const md = markdownIt({ html: true, linkify: true });

/** Renders the whole text anew each time. */
function anew(render) {
  return (root) => {
    let source = '';
    const show = () => render(root, source);
    return { append: (text) => (source += text), flush: show, end: show };
  };
}

function ours(root) {
  const view = new Markdown(() => {}, new AbortController().signal);
  root.append(view.element);
  return {
    append: (text) => view.append(text),
    // As the product does: within a frame's budget.
    flush: () => view.step(8),
    end: () => {
      view.end();
      while (view.pending) view.step(1_000);
    },
  };
}

function morphed(root, source) {
  const next = document.createElement('div');
  next.innerHTML = DOMPurify.sanitize(md.render(source));
  morphdom(root, next, { childrenOnly: true });
}

/** Renders only the blocks whose source differs; all of it is split into blocks each time. */
function memoized(root) {
  let source = '';
  let known = [];
  const show = () => {
    const all = marked.lexer(source);
    const blocks = all.filter(({ type }) => type !== 'space' && type !== 'def');
    let same = 0;
    while (same < known.length && known[same] === blocks[same]?.raw) same++;
    while (root.children.length > same) root.lastChild.remove();
    for (const block of blocks.slice(same)) {
      const element = root.appendChild(document.createElement('div'));
      element.innerHTML = DOMPurify.sanitize(
        marked.parser(Object.assign([block], { links: all.links })),
      );
    }
    known = blocks.map(({ raw }) => raw);
  };
  return { append: (text) => (source += text), flush: show, end: show };
}

function streamingMarkdown(root) {
  const parser = streaming.parser(streaming.default_renderer(root));
  return {
    append: (text) => streaming.parser_write(parser, text),
    flush: () => {},
    end: () => streaming.parser_end(parser),
  };
}

function streamdown(root) {
  const react = createRoot(root);
  let source = '';
  const show = () => flushSync(() => react.render(createElement(Streamdown, null, source)));
  return { append: (text) => (source += text), flush: show, end: show };
}

/** The least that a tree of either parser can be shown with. */
function nodeOf(tree, tags) {
  const text = tree.value ?? tree.text ?? (typeof tree.content === 'string' ? tree.content : null);
  if (text !== null && text !== undefined && !tags[tree.type]) return document.createTextNode(text);
  const element = document.createElement(tags[tree.type] ?? 'span');
  if (text) element.textContent = text;
  const children =
    tree.children ?? tree.items ?? (tree.head ? [tree.head, ...tree.body.rows] : tree.cells);
  for (const child of children ?? []) element.append(nodeOf(child, tags));
  return element;
}

const MDAST = {
  ...{ paragraph: 'p', heading: 'h2', list: 'ul', listItem: 'li', blockquote: 'blockquote' },
  ...{ table: 'table', tableRow: 'tr', tableCell: 'td', code: 'pre', inlineCode: 'code' },
  ...{ strong: 'strong', emphasis: 'em', link: 'a', break: 'br', thematicBreak: 'hr' },
};

function incremark(root) {
  const parser = createIncremarkParser({ gfm: true });
  let waiting = '';
  let pending = [];
  const show = ({ completed, pending: open }) => {
    for (const element of pending) element.remove();
    pending = [];
    for (const { node } of completed) root.append(nodeOf(node, MDAST));
    for (const { node } of open) pending.push(root.appendChild(nodeOf(node, MDAST)));
  };
  const flush = () => {
    if (waiting) show(parser.append(waiting));
    waiting = '';
  };
  return {
    append: (text) => (waiting += text),
    flush,
    end: () => {
      flush();
      show(parser.finalize());
    },
  };
}

const NODES = {
  ...{ paragraph: 'p', heading: 'h2', list: 'ul', 'list-item': 'li', blockquote: 'blockquote' },
  ...{ table: 'table', 'code-block': 'pre', 'code-span': 'code', strong: 'strong', emphasis: 'em' },
  ...{ link: 'a', hardbreak: 'br', 'thematic-break': 'hr', row: 'tr', cell: 'td' },
};

function markdownParser(root) {
  const parser = new MarkdownParser();
  let waiting = '';
  let open = null;
  const show = (stream) => {
    const nodes = parser.parse(waiting, { stream });
    waiting = '';
    open?.remove();
    open = null;
    for (const node of nodes) root.append(nodeOf(node, NODES));
    const tail = stream ? parser.experimental_openNode : null;
    if (tail) open = root.appendChild(nodeOf(tail, NODES));
  };
  return { append: (text) => (waiting += text), flush: () => show(true), end: () => show(false) };
}

export const PEERS = {
  ours,
  'streaming-markdown': streamingMarkdown,
  streamdown,
  '@incremark/core': incremark,
  'markdown-parser': markdownParser,
  'marked + DOMPurify, block memo': memoized,
  'marked + DOMPurify': anew(
    (root, text) => (root.innerHTML = DOMPurify.sanitize(marked.parse(text))),
  ),
  'markdown-it + DOMPurify': anew(
    (root, text) => (root.innerHTML = DOMPurify.sanitize(md.render(text))),
  ),
  'markdown-it + DOMPurify + morphdom': anew(morphed),
};
