/** The board of the room this page is in: the sheet that is shown, drawn by many. */
import { defineStore } from 'pinia'
import { computed, shallowRef, triggerRef, watch } from 'vue'
import type { ShapeId } from '#shared/board/shape.ts'
import { firstStyle, isStyleFields, styleFields, styleOf, type Style } from '#shared/board/style.ts'
import type { FileHash } from '#shared/files/file.ts'
import type { RoomId, SheetId } from '#shared/ids.ts'
import { mayDraw, type Drawing } from '#shared/room.ts'
import { recall, remember } from '../device.ts'
import { useI18n } from '../i18n.ts'
import type { Undo } from '../sync/ports.ts'
import type { BoardPort, RoomSession } from '../sync/room-session.ts'
import { announce } from '../ui/announce.ts'
import { useFilesStore } from '../files/files-store.ts'
import { colourOf } from '../ui/colour.ts'
import { toast } from '../ui/toast.ts'
import type { BoardHistory } from './engine/author.ts'
import { BoardDoc, textKey, type BoardShape } from './engine/board-doc.ts'
import { BoardPictures, type Bringing } from './engine/board-pictures.ts'
import type { Copied } from './engine/commands.ts'
import { DraftKeeper, type DraftStorage } from './engine/draft.ts'
import { Editor } from './engine/editor.ts'
import type { EditorState } from './engine/editor-state.ts'
import { fieldOf, type TextField } from './engine/text-field.ts'
import { BoardInput } from './engine/input.ts'
import type { BoardCommand } from './engine/keys.ts'
import { LiveChannel } from './engine/live-channel.ts'
import { ShapeNews } from './engine/shape-news.ts'
import { Sights } from './engine/sights.ts'
import { browserLetters } from './engine/render/browser-letters.ts'
import { Renderer } from './engine/render/renderer.ts'
import { browserWorld } from './engine/world.ts'
import { boardIo } from './board-io.ts'
import { useFollowStore } from './follow-store.ts'
import { pictureWorld } from './picture-world.ts'

/** Where a board is shown: what is drawn on, and all of it with its toolbars. */
export type BoardPlace = Readonly<{ surface: HTMLElement; root: HTMLElement }>

/** Sheets of which it is known what can be taken back. */
const historiesMax = 64

/** Rows and registers by their keys. */
export type SheetContent = ReadonlyMap<string, unknown>

type Opened = Readonly<{
  editor: Editor
  doc: BoardDoc
  port: BoardPort
  live: LiveChannel
  pictures: BoardPictures
  sights: Sights
  session: RoomSession
  sheetId: SheetId
  undo: Undo
}>

export const useBoardStore = defineStore('board', () => {
  const { t } = useI18n()
  const state = shallowRef<EditorState | null>(null)
  /** What this device holds of the board is shown. */
  const isLoaded = shallowRef(false)
  /** Whom the room lets draw: nobody where it is archived. */
  const drawing = shallowRef<Drawing | 'archived'>('everyone')
  /** There is something here that the server has not saved. */
  const hasUnsent = shallowRef(false)
  /** Who may draw and cannot sees a board that is full. */
  const isFull = shallowRef(false)
  /** Told of every change of its shapes. */
  const sheet = shallowRef<BoardDoc | null>(null)
  /** All shapes, bottom to top. */
  const shapes = computed<readonly BoardShape[]>(() => [...(sheet.value?.pile() ?? [])])
  /** What this device has still to bring of the pictures on this sheet. */
  const bringing = shallowRef<ReadonlyMap<FileHash, Bringing>>(new Map())
  const files = useFilesStore()
  const following = useFollowStore()
  /** Of one room: a picture is known in no other. */
  let copied: Readonly<{ roomId: RoomId; what: Copied }> | null = null
  /** The picture that is being described. */
  const describing = shallowRef<ShapeId | null>(null)
  let choosePictures: (() => void) | null = null
  /** What can be taken back on the sheets that were open before, the latest last. */
  const histories = new Map<string, BoardHistory>()
  let opened: Opened | null = null
  let place: BoardPlace | null = null
  let unshow: Undo | null = null
  let unfollow: Undo | null = null
  const io = boardIo({ files, opened: () => opened, surface: () => place?.surface ?? null })

  /** How pictures are chosen, until undone. */
  function attachChooser(choose: () => void): Undo {
    choosePictures = choose
    return () => {
      if (choosePictures === choose) choosePictures = null
    }
  }

  function open(session: RoomSession, sheetId: SheetId): void {
    close()
    const port = session.openBoard(sheetId)
    const doc = new BoardDoc(port, browserLetters())
    const live = new LiveChannel(port.live, doc, browserWorld)
    const draftKey = `stoa.stroke.${session.roomId}.${sheetId}.${String(session.seat)}`
    const draft = new DraftKeeper(tabStorage(), draftKey, browserWorld)
    if (copied?.roomId !== session.roomId)
      copied = { roomId: session.roomId, what: { figures: [], pasteCount: 0 } }
    const historyKey = `${session.personId} ${session.roomId} ${sheetId}`
    const history = histories.get(historyKey)
    const editor = new Editor({
      ...{ doc, live, draft, world: browserWorld, copied: copied.what },
      ...(history && { history }),
    })
    const pictures = new BoardPictures({ doc, live, world: pictureWorld(files.sources()) })
    const sights = new Sights({ view: editor.view, live, world: browserWorld })
    editor.setStyle(recallStyle())
    const look = (): void => {
      state.value = editor.state
      isLoaded.value = port.state().isLoaded
      hasUnsent.value = port.state().hasUnsent
      drawing.value = session.isArchived() ? 'archived' : session.drawing()
      isFull.value =
        !port.state().canWrite && drawing.value !== 'archived' && mayDraw(session.role, drawing.value)
    }
    /** Of those who are gone, or may not draw any more, nothing stays in the air. */
    const sweep = (): void => {
      const others = session.here()
      live.keepOnly((clientId) => {
        const role = others.get(clientId)?.user?.role
        return role !== undefined && mayDraw(role, session.drawing())
      })
      const besides = [...others].filter(([, { sheet }]) => sheet === sheetId)
      sights.keepOnly(new Set(besides.map(([clientId]) => clientId)))
    }
    const info = session.room.doc.getMap('info')
    const readInfo = (): void => {
      look()
      sweep()
    }
    info.observe(readInfo)
    const isNews = (): boolean => port.state().isSynced
    const news = new ShapeNews({ doc, world: browserWorld, isNews }, ({ added, removed }) => {
      if (added > 0) announce(t('board.shapes.added', added))
      if (removed > 0) announce(t('board.shapes.removed', removed))
    })
    let wasSynced = false
    const followFiles = (): void => {
      const { isSynced } = port.state()
      if (isSynced && !wasSynced) {
        pictures.reconnected()
        sights.greet()
      }
      wasSynced = isSynced
    }
    const undos = [
      doc.onChange(() => {
        triggerRef(sheet)
      }),
      pictures.onChange(() => {
        bringing.value = pictures.bringing
        triggerRef(sheet)
      }),
      port.onChange(followFiles),
      files.onArrival(() => {
        pictures.unpacked.retry()
      }),
      editor.onChange(look),
      port.onChange(look),
      editor.onNotice(() => {
        toast(t('board.nothing_left'))
      }),
      session.onHere(sweep),
      () => {
        info.unobserve(readInfo)
      },
    ]
    const undo = (): void => {
      for (const end of undos) end()
      for (const part of [news, sights, pictures, editor, draft, live, doc, port]) part[Symbol.dispose]()
      keepHistory(historyKey, editor.author.history)
    }
    opened = { editor, doc, port, live, pictures, sights, session, sheetId, undo }
    void io.follow(opened)
    sheet.value = doc
    look()
    show()
    follow()
  }

  /** Whoever is followed, by whichever of their pages shows this sheet. */
  function follow(): void {
    unfollow?.()
    unfollow = null
    const { person } = following
    if (opened === null || person === null) return
    const { session, sights } = opened
    const peer = (): number | null => {
      const here = [...session.here()].filter(([, { user }]) => user?.personId === person.personId)
      return here.find(([clientId]) => sights.boxOf(clientId) !== null)?.[0] ?? null
    }
    const onLook = (isThere: boolean): void => {
      following.isThere = isThere
    }
    unfollow = sights.follow(peer, { onLook, onEnd: following.stop })
  }
  watch(() => following.person, follow, { flush: 'sync' })

  function keepHistory(key: string, history: BoardHistory): void {
    histories.delete(key)
    histories.set(key, history)
    for (const oldest of histories.keys()) if (histories.size > historiesMax) histories.delete(oldest)
  }

  function close(): void {
    hide()
    bringing.value = new Map()
    describing.value = null
    unfollow?.()
    unfollow = null
    opened?.undo()
    opened = null
    sheet.value = null
    state.value = null
    isLoaded.value = false
  }

  /** All that is on this sheet: what a copy of it begins with. */
  function content(): SheetContent {
    return new Map(opened?.port.root('shapes').entries() ?? [])
  }

  /** Begins a sheet with what another has on it, once it is open. */
  function fill(content: SheetContent): void {
    const { doc, transact } = opened?.port ?? {}
    const map = doc?.getMap('shapes')
    transact?.(() => {
      for (const [key, value] of content) map?.set(key, value)
    })
  }

  function describe(id: ShapeId, text: string): void {
    const key = textKey(id)
    opened?.editor.act([{ key, before: opened.doc.value(key), after: text || null }])
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
    const { editor, doc, live, pictures, session } = opened
    const { surface, root } = place
    const who = (clientId: number): Readonly<{ name: string; colour: string }> | null => {
      const user = session.here().get(clientId)?.user
      return user === undefined ? null : { name: user.name, colour: colourOf(user.personId) }
    }
    const renderer = new Renderer({ host: surface, editor, doc, live, pictures, world: browserWorld, who })
    const input = new BoardInput({ surface, root, editor, live, world: browserWorld, run })
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
    if (opened === null) return
    const { canDraw, selection } = opened.editor
    const [only] = selection.shapes
    const isPicture = only?.kind === 'image' && selection.ids.size === 1
    if (command === 'picture') {
      if (canDraw) choosePictures?.()
    } else if (command === 'edit' && isPicture) {
      if (canDraw && !only.isLocked) describing.value = only.id
    } else opened.editor.run(command)
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

  function shapeAt(id: string): BoardShape | null {
    return opened?.doc.figureAt(id) ?? null
  }

  /** Chooses this shape alone, and brings it into sight. */
  function choose(id: ShapeId): void {
    const shape = shapeAt(id)
    if (opened === null || shape === null) return
    const { editor } = opened
    if (editor.canDraw && editor.state.tool !== 'select') editor.setTool('select')
    editor.selection.setAlone(shape)
    editor.view.show(shape)
  }

  return {
    state,
    shapes,
    isLoaded,
    drawing,
    isFull,
    hasUnsent,
    open,
    close,
    attach,
    content,
    bringing,
    describing,
    attachChooser,
    describe,
    loadFiles: io.load,
    take: io.take,
    exported: io.exported,
    printed: io.printed,
    library: io.library,
    pointer: io.pointer,
    nameOfPicture: io.nameOfPicture,
    giveUpPicture: io.giveUpPicture,
    fill,
    run,
    setStyle,
    write,
    endWriting,
    field,
    chooseAt,
    shapeAt,
    choose,
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
