import sharp from 'sharp';

const ridge = (base: number, height: number, step: number, phase: number): string => {
  const points: string[] = [];
  for (let x = 0; x <= 1280; x += step) {
    const wave =
      Math.sin(x / 97 + phase) + 0.6 * Math.sin(x / 41 + 2 * phase) + 0.3 * Math.sin(x / 17 + 3 * phase);
    points.push(`${x},${Math.round(base - (height * (wave + 1.9)) / 3.8)}`);
  }
  return `M0,720 L${points.join(' L')} L1280,720 Z`;
};

const gradient = (id: string, top: string, bottom: string): string =>
  `<linearGradient id="${id}" x2="0" y2="1"><stop stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient>`;

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720">
<defs>${gradient('sky', '#27406f', '#f6b27a')}${gradient('far', '#7a6f9b', '#a98a9c')}
${gradient('mid', '#4a4f7c', '#6d6486')}${gradient('near', '#1f2a4a', '#2f3557')}${gradient('lake', '#e9a777', '#2b3b66')}
<radialGradient id="sun"><stop stop-color="#fff3d6"/><stop offset=".25" stop-color="#ffd9a0"/>
<stop offset="1" stop-color="#ffb870" stop-opacity="0"/></radialGradient></defs>
<rect width="1280" height="720" fill="url(#sky)"/><circle cx="860" cy="330" r="240" fill="url(#sun)"/>
<path d="${ridge(470, 190, 8, 0.4)}" fill="url(#far)"/><path d="${ridge(520, 150, 8, 2.1)}" fill="url(#mid)"/>
<rect y="500" width="1280" height="220" fill="url(#lake)"/>
<rect x="790" y="504" width="140" height="5" rx="2" fill="#ffe2b4" opacity=".8"/>
<rect x="760" y="528" width="200" height="6" rx="3" fill="#ffe2b4" opacity=".6"/>
<rect x="815" y="556" width="110" height="6" rx="3" fill="#ffe2b4" opacity=".5"/>
<rect x="740" y="590" width="230" height="8" rx="4" fill="#ffe2b4" opacity=".3"/>
<path d="${ridge(760, 170, 6, 4.2)}" fill="url(#near)"/>
<path d="M168,720 l46,-290 46,290 Z M226,720 l38,-230 38,230 Z M1030,720 l40,-250 40,250 Z" fill="#141c36"/>
</svg>`;

/** A drawn landscape of 1280 by 720 for the demo account, the same bytes every time: a JPEG of about 40 kB. */
export const sampleImage = (): Promise<Buffer> =>
  sharp(Buffer.from(drawing)).jpeg({ quality: 88, mozjpeg: true }).toBuffer();
