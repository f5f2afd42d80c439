/** The board's keys, while it has the focus. Pure. */
import type { OrderWish, Side } from './arrange.ts'
import type { ToolName } from './tools/node.ts'

type Direction = 'left' | 'right' | 'up' | 'down'

/** What the board is asked for; a picture is chosen outside of the editor. */
export type BoardCommand = EditorCommand | 'picture'

export type EditorCommand =
  | ToolName
  | Direction
  | `${Direction}-far`
  | OrderWish
  | `align-${Side}`
  | 'distribute-x'
  | 'distribute-y'
  | 'flip-x'
  | 'flip-y'
  | 'undo'
  | 'redo'
  | 'zoom-in'
  | 'zoom-out'
  | 'zoom-reset'
  | 'fit'
  | 'fit-chosen'
  | 'cancel'
  | 'delete'
  | 'duplicate'
  | 'choose-all'
  | 'copy'
  | 'cut'
  | 'paste'
  | 'group'
  | 'ungroup'
  | 'lock'
  | 'edit'
  | 'keep-tool'
  | 'grid'

export type KeyInput = Readonly<{
  /** As the layout has it (`KeyboardEvent.key`), and the physical key (`code`). */
  key: string
  code: string
  /** Ctrl, or Command on a Mac. */
  ctrl: boolean
  shift: boolean
  alt: boolean
}>

type Keys = Readonly<Record<string, BoardCommand>>

const plain: Keys = {
  v: 'select',
  h: 'hand',
  p: 'pen',
  d: 'pen',
  e: 'eraser',
  r: 'rectangle',
  o: 'ellipse',
  3: 'diamond',
  l: 'line',
  a: 'arrow',
  t: 'text',
  n: 'note',
  f: 'frame',
  k: 'laser',
  9: 'picture',
  q: 'keep-tool',
  ']': 'front',
  '[': 'back',
  escape: 'cancel',
  enter: 'edit',
  delete: 'delete',
  backspace: 'delete',
  arrowleft: 'left',
  arrowright: 'right',
  arrowup: 'up',
  arrowdown: 'down',
}

/** By the physical key: what Shift and a digit type differs between layouts. */
const withShift: Keys = {
  Digit1: 'fit',
  Digit2: 'fit-chosen',
  KeyD: 'highlighter',
  KeyE: 'ink-eraser',
  KeyH: 'flip-x',
  KeyV: 'flip-y',
  KeyL: 'lock',
  ArrowLeft: 'left-far',
  ArrowRight: 'right-far',
  ArrowUp: 'up-far',
  ArrowDown: 'down-far',
}

const withCtrl: Keys = {
  z: 'undo',
  y: 'redo',
  '=': 'zoom-in',
  '+': 'zoom-in',
  '-': 'zoom-out',
  '0': 'zoom-reset',
  a: 'choose-all',
  c: 'copy',
  x: 'cut',
  v: 'paste',
  d: 'duplicate',
  g: 'group',
  "'": 'grid',
}

const withCtrlAndShift: Keys = { z: 'redo', g: 'ungroup' }

const withAlt: Keys = {
  BracketRight: 'forward',
  BracketLeft: 'backward',
  KeyA: 'align-left',
  KeyD: 'align-right',
  KeyW: 'align-top',
  KeyS: 'align-bottom',
  KeyH: 'align-centre',
  KeyV: 'align-middle',
}

/** What a key asks for, or null if nothing. */
export function commandOf({ key: typed, code, ctrl, shift, alt }: KeyInput): BoardCommand | null {
  const key = typed.toLowerCase()
  if (alt) return ctrl || shift ? null : (withAlt[code] ?? null)
  if (ctrl) return (shift ? withCtrlAndShift[key] : undefined) ?? withCtrl[key] ?? null
  if (shift) return withShift[code] ?? null
  return plain[key] ?? null
}
