/** The board of the room this page is in: one sheet, drawn by many. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { firstStyle, isStyleFields, styleFields, styleOf, type Style } from '#shared/board/style.ts'
import { firstSheetId, mayDraw, type Drawing } from '#shared/room.ts'
import { recall, remember } from '../device.ts'
import { useI18n } from '../i18n.ts'
import type { Undo } from '../sync/ports.ts'
import type { RoomSession } from '../sync/room-session.ts'
import { colourOf } from '../ui/colour.ts'
import { toast } from '../ui/toast.ts'
import { BoardDoc } from './engine/board-doc.ts'
import { DraftKeeper, type DraftStorage } from './engine/draft.ts'
import { Editor } from './engine/editor.ts'
import type { EditorState } from './engine/editor-state.ts'
import { fieldOf, type TextField } from './engine/text-field.ts'
import { BoardInput } from './engine/input.ts'
import type { BoardCommand } from './engine/keys.ts'
import { LiveChannel } from './engine/live-channel.ts'
import { browserLetters } from './engine/render/browser-letters.ts'
import { Renderer } from './engine/render/renderer.ts'
import { browserWorld } from './engine/world.ts'

/** Where a board is shown: what is drawn on, and all of it with its toolbars. */
export type BoardPlace = Readonly<{ surface: HTMLElement; root: HTMLElement }>

type Opened = Readonly<{ editor: Editor; doc: BoardDoc; live: LiveChannel; session: RoomSession; undo: Undo }>

export const useBoardStore = defineStore('board', () => {
  const { t } = useI18n()
  const state = shallowRef<EditorState | null>(null)
  /** What this device holds of the board is shown. */
  const isLoaded = shallowRef(false)
  /** Whom the room lets draw. */
  const drawing = shallowRef<Drawing>('everyone')
  /** There is something here that the server has not saved. */
  const hasUnsent = shallowRef(false)
  /** Who may draw and cannot sees a board that is full. */
  const isFull = shallowRef(false)
  let opened: Opened | null = null
  let place: BoardPlace | null = null
  let unshow: Undo | null = null

  function open(session: RoomSession): void {
    close()
    const port = session.openBoard(firstSheetId)
    const doc = new BoardDoc(port)
    const live = new LiveChannel(port.live, doc, browserWorld)
    const draftKey = `stoa.stroke.${session.roomId}.${firstSheetId}.${String(session.seat)}`
    const draft = new DraftKeeper(tabStorage(), draftKey, browserWorld)
    const editor = new Editor({ doc, live, draft, world: browserWorld, letters: browserLetters() })
    editor.setStyle(recallStyle())
    const look = (): void => {
      state.value = editor.state
      isLoaded.value = port.state().isLoaded
      hasUnsent.value = port.state().hasUnsent
      drawing.value = session.drawing()
      isFull.value = !port.state().canWrite && mayDraw(session.role, session.drawing())
    }
    /** Of those who are gone, or may not draw any more, nothing stays in the air. */
    const sweep = (): void => {
      const others = session.presence.others()
      live.keepOnly((clientId) => {
        const role = others.get(clientId)?.user?.role
        return role !== undefined && mayDraw(role, session.drawing())
      })
    }
    const info = session.room.doc.getMap('info')
    const readInfo = (): void => {
      look()
      sweep()
    }
    info.observe(readInfo)
    const undos = [
      editor.onChange(look),
      port.onChange(look),
      editor.onNotice(() => {
        toast(t('board.nothing_left'))
      }),
      session.presence.onChange(sweep),
      () => {
        info.unobserve(readInfo)
      },
    ]
    const undo = (): void => {
      for (const end of undos) end()
      for (const part of [editor, draft, live, doc, port]) part[Symbol.dispose]()
    }
    opened = { editor, doc, live, session, undo }
    look()
    show()
  }

  function close(): void {
    hide()
    opened?.undo()
    opened = null
    state.value = null
    isLoaded.value = false
  }

  /** Shows whichever board is open in this place, until undone. */
  function attach(shownIn: BoardPlace): Undo {
    place = shownIn
    show()
    return () => {
      if (place !== shownIn) return
      hide()
      place = null
    }
  }

  function show(): void {
    hide()
    if (opened === null || place === null) return
    const { editor, doc, live, session } = opened
    const { surface, root } = place
    const who = (clientId: number): Readonly<{ name: string; colour: string }> | null => {
      const user = session.presence.others().get(clientId)?.user
      return user === undefined ? null : { name: user.name, colour: colourOf(user.personId) }
    }
    const renderer = new Renderer({ host: surface, editor, doc, live, world: browserWorld, who })
    const input = new BoardInput({ surface, root, editor, live, world: browserWorld })
    unshow = () => {
      input[Symbol.dispose]()
      renderer[Symbol.dispose]()
    }
  }

  function hide(): void {
    unshow?.()
    unshow = null
  }

  function run(command: BoardCommand): void {
    opened?.editor.run(command)
  }

  /** Kept on this device for the next visit. Choosing ink means wanting to draw. */
  function setStyle(change: Partial<Style>): void {
    if (opened === null) return
    const { editor } = opened
    editor.setStyle(change)
    if (editor.state.tool === 'hand' || editor.state.tool === 'eraser') editor.setTool('pen')
    remember('ink', styleFields(editor.style))
  }

  /** The field that a text is written in: what is in it now. */
  function write(text: string): void {
    opened?.editor.typing.write(text)
  }

  function endWriting(): void {
    opened?.editor.typing.end()
  }

  /** Where the field stands, in CSS px of the board, and how it looks. */
  function field(): TextField | null {
    return opened === null ? null : fieldOf(opened.editor)
  }

  /** Chooses what is under the pointer, also what is locked: for the menu of it. */
  function chooseAt(x: number, y: number): void {
    if (opened === null) return
    const { editor } = opened
    const shape = editor.shapeAt(editor.toBoard({ x, y }), { kind: 'mouse' }, true)
    if (shape === null) editor.selection.clear()
    else if (!editor.selection.ids.has(shape.id)) {
      if (editor.state.tool !== 'select') editor.setTool('select')
      editor.selection.set(editor.selection.unitOf(shape))
    }
  }

  return {
    state,
    isLoaded,
    drawing,
    isFull,
    hasUnsent,
    open,
    close,
    attach,
    run,
    setStyle,
    write,
    endWriting,
    field,
    chooseAt,
  }
})

function recallStyle(): Style {
  const value = recall('ink')
  return isStyleFields(value) ? styleOf(value) : firstStyle
}

/** The tab's own storage; one that keeps nothing where the browser forbids it. */
function tabStorage(): DraftStorage {
  try {
    return sessionStorage
  } catch {
    return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined }
  }
}
