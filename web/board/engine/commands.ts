/** What a key, a button or a menu asks of the editor. */
import { unionBox } from '#shared/board/geometry.ts'
import { edgeBoxOf } from '#shared/board/outline.ts'
import { middleOf, moved, stretched } from '#shared/board/place.ts'
import type { Figure } from '#shared/board/figure.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import type { Style } from '#shared/board/style.ts'
import {
  aligned,
  copies,
  creation,
  distributed,
  grouped,
  locked,
  reordered,
  styled,
  ungrouped,
  unitsOf,
  type Side,
} from './arrange.ts'
import type { BoardShape } from './board-doc.ts'
import { zoomStep } from './camera.ts'
import type { Editor } from './editor.ts'
import type { EditorCommand } from './keys.ts'
import { placedChanges } from './lift.ts'
import { withContents } from './tools/select-moving.ts'

/** Viewport px the arrow keys move the board; board px they move what is chosen. */
const panStep = 64
const nudgeStep = 1
const farFactor = 10
/** Board px between a shape and its copy. */
const copyOffset = 24

const ways = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const
type Way = keyof typeof ways

/** What was copied last, and how often it was pasted since. */
export type Copied = { figures: readonly Figure[]; pasteCount: number }

export class Commands {
  readonly #editor: Editor
  readonly #copied: Copied

  constructor(editor: Editor, copied: Copied = { figures: [], pasteCount: 0 }) {
    this.#editor = editor
    this.#copied = copied
  }

  run(command: EditorCommand): void {
    const editor = this.#editor
    const { selection, doc, world, view } = editor
    switch (command) {
      case 'undo':
        editor.undo()
        return
      case 'redo':
        editor.redo()
        return
      case 'zoom-in':
        view.zoomBy(zoomStep)
        return
      case 'zoom-out':
        view.zoomBy(1 / zoomStep)
        return
      case 'zoom-reset':
        view.zoomTo(1)
        return
      case 'fit':
        view.fit(doc.bounds())
        return
      case 'fit-chosen':
        if (selection.ids.size > 0) view.fit(selection.shapes.map(edgeBoxOf).reduce(unionBox))
        return
      case 'cancel':
        this.#cancel()
        return
      case 'keep-tool':
        editor.keepTool(!editor.state.keepsTool)
        return
      case 'grid':
        editor.setGrid(!editor.hasGrid)
        return
      case 'choose-all':
        editor.setTool('select')
        selection.set(doc.pile().flatMap(({ id, isLocked }) => (isLocked ? [] : id)))
        return
      case 'copy':
        this.#copy()
        return
      case 'cut':
        this.#copy()
        editor.erase(selection.ids)
        return
      case 'paste':
        this.#copied.pasteCount += 1
        this.#place(this.#copied.figures, this.#copied.pasteCount * copyOffset)
        return
      case 'duplicate':
        this.#place(this.#free(), copyOffset)
        return
      case 'delete':
        editor.erase(new Set(this.#free().map(({ id }) => id)))
        return
      case 'edit': {
        const [only] = selection.shapes
        if (only !== undefined && selection.ids.size === 1) editor.edit(only.id)
        return
      }
      case 'group':
        if (selection.ids.size > 1) editor.act(grouped(doc, this.#free(), world.random))
        return
      case 'ungroup':
        editor.act(ungrouped(doc, this.#free()))
        return
      case 'lock':
        editor.act(
          locked(
            doc,
            selection.shapes,
            selection.shapes.some(({ isLocked }) => !isLocked),
          ),
        )
        return
      case 'front':
      case 'back':
      case 'forward':
      case 'backward':
        editor.act(reordered(doc, this.#free(), command, world.random))
        return
      case 'flip-x':
      case 'flip-y':
        this.#flip(command === 'flip-x' ? -1 : 1, command === 'flip-x' ? 1 : -1)
        return
      case 'distribute-x':
      case 'distribute-y':
        editor.act(
          distributed(doc, unitsOf(this.#free()), command === 'distribute-x' ? 'x' : 'y', editor.letters),
        )
        return
      case 'align-left':
      case 'align-centre':
      case 'align-right':
      case 'align-top':
      case 'align-middle':
      case 'align-bottom':
        this.#align(command.slice('align-'.length) as Side)
        return
      case 'left':
      case 'right':
      case 'up':
      case 'down':
        this.#move(command, 1)
        return
      case 'left-far':
      case 'right-far':
      case 'up-far':
      case 'down-far':
        this.#move(command.slice(0, -'-far'.length) as Way, farFactor)
        return
      case 'select':
      case 'hand':
      case 'pen':
      case 'highlighter':
      case 'eraser':
      case 'ink-eraser':
      case 'rectangle':
      case 'ellipse':
      case 'diamond':
      case 'line':
      case 'arrow':
      case 'text':
      case 'note':
      case 'frame':
      case 'laser':
        editor.setTool(command)
    }
  }

  /** What is chosen looks so from now on. */
  style(change: Partial<Style>): void {
    const { doc } = this.#editor
    this.#editor.act(styled(doc, this.#free(), change))
  }

  /** What is chosen and not locked. */
  #free(): readonly BoardShape[] {
    return this.#editor.selection.shapes.filter(({ isLocked }) => !isLocked)
  }

  #cancel(): void {
    const editor = this.#editor
    if (editor.state.isBusy) editor.cancel()
    else if (editor.typing.id !== null) editor.typing.end()
    else if (editor.selection.ids.size > 0) editor.selection.clear()
    else if (editor.state.tool !== 'hand' && editor.canDraw) editor.setTool('select')
  }

  #copy(): void {
    this.#copied.figures = this.#editor.selection.shapes
    this.#copied.pasteCount = 0
  }

  #place(figures: readonly Figure[], offset: number): void {
    const editor = this.#editor
    if (figures.length === 0) return
    const made = copies(editor.doc, figures, moved(offset, offset), editor.world.random)
    if (!editor.act(made.flatMap(creation))) return
    if (editor.state.tool !== 'select') editor.setTool('select')
    editor.selection.set(made.map(({ id }) => id))
  }

  #move(way: Way, factor: number): void {
    const editor = this.#editor
    const [x, y] = ways[way]
    const held = new Set<ShapeId>(this.#free().map(({ id }) => id))
    if (held.size === 0) {
      editor.view.panBy(-x * panStep, -y * panStep)
      return
    }
    const step = nudgeStep * factor
    const ids = withContents(editor)
    editor.act(placedChanges(editor.doc, ids, moved(x * step, y * step), editor.letters))
  }

  #flip(scaleX: number, scaleY: number): void {
    const editor = this.#editor
    const frame = editor.selection.frame()
    const ids = new Set(this.#free().map(({ id }) => id))
    if (frame === null || ids.size === 0) return
    editor.act(placedChanges(editor.doc, ids, stretched(scaleX, scaleY, middleOf(frame)), editor.letters))
  }

  #align(side: Side): void {
    const units = unitsOf(this.#free())
    if (units.length > 1) this.#editor.act(aligned(this.#editor.doc, units, side, this.#editor.letters))
  }
}
