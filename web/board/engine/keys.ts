/** The board's keys, while it has the focus. Pure. */

export type BoardCommand =
  | 'pen'
  | 'eraser'
  | 'hand'
  | 'undo'
  | 'redo'
  | 'zoom-in'
  | 'zoom-out'
  | 'zoom-reset'
  | 'fit'
  | 'cancel'
  | 'left'
  | 'right'
  | 'up'
  | 'down'

export type KeyInput = Readonly<{
  /** As the layout has it (`KeyboardEvent.key`), and the physical key (`code`). */
  key: string
  code: string
  /** Ctrl, or Command on a Mac. */
  ctrl: boolean
  shift: boolean
  alt: boolean
}>

const plain: Readonly<Record<string, BoardCommand>> = {
  p: 'pen',
  d: 'pen',
  e: 'eraser',
  h: 'hand',
  escape: 'cancel',
  arrowleft: 'left',
  arrowright: 'right',
  arrowup: 'up',
  arrowdown: 'down',
}

const withCtrl: Readonly<Record<string, BoardCommand>> = {
  z: 'undo',
  y: 'redo',
  '=': 'zoom-in',
  '+': 'zoom-in',
  '-': 'zoom-out',
  '0': 'zoom-reset',
}

/** What a key asks for, or null if nothing. */
export function commandOf(input: KeyInput): BoardCommand | null {
  if (input.alt) return null
  const key = input.key.toLowerCase()
  if (input.ctrl) {
    if (key === 'z' && input.shift) return 'redo'
    return withCtrl[key] ?? null
  }
  // By the physical key: what Shift+1 types differs between layouts.
  if (input.shift) return input.code === 'Digit1' ? 'fit' : null
  return plain[key] ?? null
}
