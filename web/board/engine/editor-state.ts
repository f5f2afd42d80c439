/** What the board's editor is made of, and what the interface shows of it. */
import type { ShapeId } from '#shared/board/shape.ts'
import type { Style } from '#shared/board/style.ts'
import type { BoardHistory } from './author.ts'
import type { BoardDoc, BoardShape } from './board-doc.ts'
import type { Copied } from './commands.ts'
import type { DraftKeeper } from './draft.ts'
import type { LiveChannel } from './live-channel.ts'
import type { ToolName } from './tools/node.ts'
import type { World } from './world.ts'

export type EditorParts = Readonly<{
  doc: BoardDoc
  live: LiveChannel
  draft: DraftKeeper
  world: World
  /** Shared by the sheets of a room. */
  copied?: Copied
  history?: BoardHistory
}>

/** A snapshot: replaced, never changed. */
export type EditorState = Readonly<{
  tool: ToolName
  /** Of what is chosen; of what is drawn next, where nothing is. */
  style: Style
  zoom: number
  canDraw: boolean
  canUndo: boolean
  canRedo: boolean
  shapeCount: number
  /** Shapes that are chosen, bottom to top. */
  chosen: readonly BoardShape[]
  /** What is being written in, or null. */
  writingIn: ShapeId | null
  keepsTool: boolean
  hasGrid: boolean
  /** There are shapes, but none in sight. */
  isLost: boolean
  /** A gesture is under way. */
  isBusy: boolean
}>

/** Something the person should be told once. */
export type Notice =
  /** Undo or redo found that others have changed everything it would have touched. */
  'nothing-left-to-undo'

/** What has to be painted anew. */
export type Stale = 'camera' | 'shapes' | 'ink' | 'overlay'
