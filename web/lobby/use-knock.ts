/** A component's knock: begins when wanted, and stops with the component. */
import { onScopeDispose, shallowRef } from 'vue'
import { AppError } from '#shared/errors.ts'
import { startKnock, type KnockState } from './knock.ts'

type Options = Readonly<{
  path: string
  guestName?: string
  onAdmitted: (state: Extract<KnockState, { kind: 'admitted' }>) => void
  onFailed?: (error: AppError) => void
}>

export function useKnock({ onAdmitted, onFailed, ...knock }: Options) {
  /** Null before the person has asked. */
  const state = shallowRef<KnockState | null>(null)
  let stop: (() => void) | null = null

  function ask(): void {
    stop?.()
    stop = startKnock({
      ...knock,
      onState(next) {
        state.value = next
        if (next.kind === 'admitted') onAdmitted(next)
        if (next.kind === 'failed') onFailed?.(new AppError(next.code))
      },
    })
  }

  onScopeDispose(() => stop?.())
  return { state, ask }
}
