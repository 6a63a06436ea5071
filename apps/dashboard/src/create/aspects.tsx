import type { Aspect } from '../api/types.js';
import type { Choice } from '../ui/controls.js';

const Shape = ({
  width,
  height,
  dashed,
}: {
  readonly width: number;
  readonly height: number;
  readonly dashed?: boolean;
}) => (
  <svg viewBox="0 0 48 40" width="48" height="40" aria-hidden="true">
    <rect
      x={24 - width / 2}
      y={20 - height / 2}
      width={width}
      height={height}
      rx="3"
      fill="currentColor"
      fillOpacity="0.2"
      stroke="currentColor"
      strokeWidth="2.2"
      strokeDasharray={dashed ? '4 3' : undefined}
    />
  </svg>
);

export const ASPECTS: readonly Choice<Aspect>[] = [
  { value: 'preserve', label: 'As it is', picture: <Shape width={34} height={26} dashed /> },
  { value: '1:1', label: '1:1', picture: <Shape width={26} height={26} /> },
  { value: '16:9', label: '16:9', picture: <Shape width={38} height={21.4} /> },
  { value: '9:16', label: '9:16', picture: <Shape width={18} height={32} /> },
];
