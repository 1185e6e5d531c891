/** Lines of text, the last of which is still being written. */
export const STREAMS_SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <rect x="3" y="4" width="18" height="2" rx="1"/>
    <rect x="3" y="9" width="18" height="2" rx="1"/>
    <rect x="3" y="14" width="12" height="2" rx="1"/>
    <rect x="3" y="19" width="6" height="2" rx="1"/>
    <circle cx="14" cy="20" r="1.5"/>
    <circle cx="19" cy="20" r="1.5"/>
  </g>
</svg>`;
