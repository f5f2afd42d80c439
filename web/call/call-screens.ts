/**
 * The call's screens, engine and words, which most visits to a room never need: fetched when a call is wanted.
 *
 * Invariant: they are there all together or not at all, so that a call that has begun lacks nothing.
 */
import { getCurrentInstance, shallowRef, type AppContext, type Component, type ShallowRef } from 'vue'
import { loadWords } from '../i18n.ts'
import { useCallStore } from './call-store.ts'

export type CallScreens = Readonly<{ PreJoin: Component; CallStage: Component; CallBar: Component }>

const screens = shallowRef<CallScreens | null>(null)

async function load(context: AppContext | undefined): Promise<CallScreens> {
  if (screens.value !== null) return screens.value
  const [preJoin, stage, bar, float] = await Promise.all([
    import('./PreJoin.vue'),
    import('./CallStage.vue'),
    import('./CallBar.vue'),
    import('./mount-float.ts'),
    import('./start-call.ts'),
    loadWords(['call']),
  ])
  if (context !== undefined) float.mountFloat(context)
  return (screens.value = { PreJoin: preJoin.default, CallStage: stage.default, CallBar: bar.default })
}

/** The way into a call. `waiting` is what stands in the place of a preview that is not there yet. */
export function useCallScreens(): Readonly<{
  screens: Readonly<ShallowRef<CallScreens | null>>
  waiting: Readonly<ShallowRef<'loading' | 'failed' | null>>
  open(): Promise<void>
  cancel(): void
  /** Before anybody asks for them: a call goes on, and may be joined. */
  fetchAhead(): void
}> {
  const call = useCallStore()
  const context = getCurrentInstance()?.appContext
  const waiting = shallowRef<'loading' | 'failed' | null>(null)
  /** Newest press: what an earlier one waited for comes too late. */
  let opening = Symbol()

  function cancel(): void {
    opening = Symbol()
    waiting.value = null
  }

  async function open(): Promise<void> {
    cancel()
    const turn = opening
    waiting.value = 'loading'
    try {
      await load(context)
      if (opening === turn) await call.openPreview()
      if (opening === turn) waiting.value = null
    } catch {
      // The network or the server is away, or serves a newer client: the person decides.
      if (opening === turn) waiting.value = 'failed'
    }
  }

  return {
    screens,
    waiting,
    open,
    cancel,
    fetchAhead() {
      // What fails now is tried again when it is wanted.
      load(context).catch(() => undefined)
    },
  }
}
