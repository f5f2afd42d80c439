/**
 * What of a room is in view: on wide screens a stage and a side panel, on narrow ones one part at a time.
 *
 * Pure: the page keeps a layout in a ref and replaces it.
 */
export type Stage = 'board' | 'call'
export type Panel = 'chat' | 'people'
export type Part = Stage | Panel

export type RoomLayout = Readonly<{
  stage: Stage
  /** Null while the side panel is closed. */
  panel: Panel | null
  /** The one part in view on a narrow screen. */
  part: Part
}>

/** Below this the panel would leave the stage less than a phone's width, in CSS px. */
export const narrowWidthMax = 819

export const panelWidth = { min: 300, start: 360, max: 560 } as const

export const firstLayout: RoomLayout = { stage: 'board', panel: 'chat', part: 'chat' }

/** Brings a part into view. */
export function show(layout: RoomLayout, part: Part): RoomLayout {
  return isStage(part) ? { ...layout, stage: part, part } : { ...layout, panel: part, part }
}

/** Brings a panel into view, or puts away the one in view. */
export function togglePanel(layout: RoomLayout, panel: Panel): RoomLayout {
  return layout.panel === panel ? { ...layout, panel: null } : show(layout, panel)
}

/** After the call's end there is nothing on its stage. */
export function withoutCall(layout: RoomLayout): RoomLayout {
  return { ...layout, stage: 'board', part: layout.part === 'call' ? 'board' : layout.part }
}

/** What can be seen now. */
export function visibleParts(layout: RoomLayout, isNarrow: boolean): ReadonlySet<Part> {
  if (isNarrow) return new Set([layout.part])
  return new Set(layout.panel === null ? [layout.stage] : [layout.stage, layout.panel])
}

export function clampPanelWidth(px: number): number {
  return Math.round(Math.min(Math.max(px, panelWidth.min), panelWidth.max))
}

function isStage(part: Part): part is Stage {
  return part === 'board' || part === 'call'
}
