/** The board's tools as they are shown: icon and key. Words in locales/en/board.json under `tool`. */
import type { Component } from 'vue'
import IconArrow from '~icons/lucide/move-up-right'
import IconDiamond from '~icons/lucide/diamond'
import IconEllipse from '~icons/lucide/circle'
import IconEraser from '~icons/lucide/eraser'
import IconInkEraser from '~icons/lucide/brush-cleaning'
import IconFrame from '~icons/lucide/frame'
import IconHand from '~icons/lucide/hand'
import IconHighlighter from '~icons/lucide/highlighter'
import IconLaser from '~icons/lucide/wand-sparkles'
import IconLine from '~icons/lucide/slash'
import IconNote from '~icons/lucide/sticky-note'
import IconPen from '~icons/lucide/pencil'
import IconRectangle from '~icons/lucide/square'
import IconSelect from '~icons/lucide/mouse-pointer-2'
import IconText from '~icons/lucide/type'
import type { ToolName } from './engine/tools/node.ts'

export type ToolShown = Readonly<{ name: ToolName; key: string; icon: Component }>

const all = {
  select: { key: 'V', icon: IconSelect },
  hand: { key: 'H', icon: IconHand },
  pen: { key: 'P', icon: IconPen },
  highlighter: { key: 'Shift+D', icon: IconHighlighter },
  eraser: { key: 'E', icon: IconEraser },
  'ink-eraser': { key: 'Shift+E', icon: IconInkEraser },
  rectangle: { key: 'R', icon: IconRectangle },
  ellipse: { key: 'O', icon: IconEllipse },
  diamond: { key: '3', icon: IconDiamond },
  line: { key: 'L', icon: IconLine },
  arrow: { key: 'A', icon: IconArrow },
  text: { key: 'T', icon: IconText },
  note: { key: 'N', icon: IconNote },
  frame: { key: 'F', icon: IconFrame },
  laser: { key: 'K', icon: IconLaser },
} as const satisfies Record<ToolName, Omit<ToolShown, 'name'>>

const shown = (...names: readonly ToolName[]): readonly ToolShown[] =>
  names.map((name) => ({ name, ...all[name] }))

/** In the bar, however narrow it is. */
export const mainTools = shown('select', 'pen', 'eraser')
/** In the bar where there is room for them, and always behind its button. */
export const wideTools = shown('hand', 'rectangle', 'arrow', 'text', 'note')
export const moreTools = shown(
  'hand',
  'highlighter',
  'ink-eraser',
  'laser',
  'text',
  'note',
  'frame',
  'rectangle',
  'ellipse',
  'diamond',
  'arrow',
  'line',
)
