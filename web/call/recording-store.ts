/**
 * The recording that this page makes of its call, and those that an earlier page has left behind.
 *
 * Invariant: everybody in the call is told before the first picture is recorded (CA17); a recording ends with the call.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { useAccountStore } from '../account/account-store.ts'
import { sizeInWords } from '../files/sizes.ts'
import { useI18n } from '../i18n.ts'
import { stayWhile } from '../offline/stay.ts'
import { announce } from '../ui/announce.ts'
import { toast } from '../ui/toast.ts'
import { useCallStore } from './call-store.ts'
import { useCallViewStore } from './call-view-store.ts'
import type { LeftRecording } from './engine/recording/kept.ts'
import type { Recorded, Recorder, RecordingState } from './engine/recording/recorder.ts'
import type { Scene } from './engine/recording/world.ts'
import { soundsOf } from './own-peers.ts'
import { recordingName, saveFile } from './recording-file.ts'
import { tellShownAt } from './shown-pictures.ts'

export const useRecordingStore = defineStore('recording', () => {
  const { t, locale } = useI18n()
  const account = useAccountStore()
  const call = useCallStore()
  const view = useCallViewStore()
  const state = shallowRef<RecordingState>({ kind: 'off' })
  /** Of an earlier page that was closed, or had no room, before they were saved. */
  const left = shallowRef<readonly LeftRecording[]>([])
  let recorder: Recorder | null = null

  const isRecording = computed(() => state.value.kind !== 'off')
  stayWhile(() => isRecording.value)

  function scene(): Scene {
    return {
      order: view.recordedOrder,
      speakerId: view.speakerId,
      voices: soundsOf(call.snapshot?.participants ?? [], account.me?.id),
      ownSounds: call.ownSounds(),
    }
  }

  /** From a press: only then may sound be mixed. */
  async function start(): Promise<void> {
    if (isRecording.value || call.snapshot?.status !== 'in-call') return
    state.value = { kind: 'starting' }
    const title = call.session?.room.doc.getMap<string>('info').get('title') ?? ''
    call.setRecording(true)
    try {
      recorder ??= await openRecorder()
      end(await recorder.record(recordingName(title, new Date()), scene()))
    } catch {
      // Its code could not be fetched.
      toast(t('call.recording.not_loaded'), { tone: 'bad' })
    }
    call.setRecording(false)
    state.value = { kind: 'off' }
  }

  async function openRecorder(): Promise<Recorder> {
    const [{ Recorder }, { browserRecorderWorld }] = await Promise.all([
      import('./engine/recording/recorder.ts'),
      import('./engine/recording/browser.ts'),
    ])
    const made = new Recorder(
      browserRecorderWorld({
        coresCount: navigator.hardwareConcurrency,
        labelOf: ({ kind, participant: { name } }) =>
          kind === 'screen' ? t('call.screen_of', { name }) : name,
        moreLabel: (count) => `+${String(count)}`,
        tellShown: tellShownAt,
      }),
    )
    made.onChange(() => {
      state.value = made.state
    })
    return made
  }

  function stop(): void {
    recorder?.stop()
  }

  function end(recorded: Recorded | null): void {
    if (recorded === null) return
    const { name, file, fault } = recorded
    if (file !== null) save(name, file, fault === null)
    if (fault !== null) toast(t(`call.recording.${fault}`), { tone: 'bad', durationMs: 12_000 })
  }

  /** What was cut short by a full disk is kept until the next time: the browser may have no room to save it either. */
  function save(name: string, file: Blob, isWhole: boolean): void {
    saveFile(name, file)
    const size = sizeInWords(file.size, locale.value)
    toast(t('call.recording.saved', { name, size }), {
      tone: 'good',
      durationMs: 10_000,
      action: {
        label: t('call.recording.save_again'),
        onSelect: () => {
          saveFile(name, file)
        },
      },
    })
    if (!isWhole) return
    void import('./engine/recording/kept.ts')
      .then(({ markSaved }) => markSaved(name))
      // Then it is offered once more.
      .catch(() => undefined)
  }

  async function lookForLeft(): Promise<void> {
    try {
      const { leftRecordings } = await import('./engine/recording/kept.ts')
      left.value = await leftRecordings()
    } catch {
      // They are looked for again in the next call.
    }
  }

  function saveLeft({ name, file }: LeftRecording): void {
    left.value = left.value.filter((one) => one.name !== name)
    save(name, file, true)
  }

  async function dropLeft({ name }: LeftRecording): Promise<void> {
    left.value = left.value.filter((one) => one.name !== name)
    const { dropRecording } = await import('./engine/recording/kept.ts')
    await dropRecording(name)
  }

  watch(
    () => call.snapshot?.status === 'in-call',
    (isInCall) => {
      if (isInCall) void lookForLeft()
      else stop()
    },
    { immediate: true },
  )
  watch([() => call.snapshot, () => view.recordedOrder], () => {
    if (call.snapshot?.status === 'in-call') recorder?.show(scene())
  })
  watch(
    () => call.snapshot?.recorders ?? [],
    (now, before) => {
      if (call.snapshot?.status !== 'in-call') return
      const isIn = (list: typeof now, id: number): boolean => list.some(({ clientId }) => clientId === id)
      for (const { clientId, name, isSelf } of now)
        if (!isIn(before, clientId))
          announce(t(isSelf ? 'call.recording.started' : 'call.recording.started_by', { name }), 'assertive')
      for (const { clientId } of before) if (!isIn(now, clientId)) announce(t('call.recording.stopped'))
    },
  )

  addEventListener('beforeunload', (event) => {
    if (isRecording.value) event.preventDefault()
  })

  return {
    state,
    isRecording,
    /** This browser can record at all. */
    canRecord: typeof MediaRecorder !== 'undefined',
    left,
    start,
    stop,
    saveLeft,
    dropLeft,
  }
})
