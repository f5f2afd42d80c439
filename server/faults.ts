/**
 * What keeps the server from starting, for whoever runs it: a code, what is wrong, and what to do about it.
 *
 * Unlike the errors of shared/errors.ts these never travel; they are printed and end the process with exit code 78.
 */

/** EX_CONFIG of sysexits.h: starting again without changing something will not help. */
export const faultExitCode = 78

export type FaultCode =
  | 'port-wrong'
  | 'host-wrong'
  | 'data-dir-wrong'
  | 'public-origin-wrong'
  | 'public-origin-missing'
  | 'log-level-wrong'
  | 'metrics-token-wrong'
  | 'stun-urls-wrong'
  | 'turn-urls-wrong'
  | 'turn-secret-wrong'
  | 'files-limit-wrong'
  | 'push-services-wrong'
  | 'port-taken'
  | 'port-forbidden'
  | 'address-unavailable'
  | 'data-folder-unwritable'
  | 'data-folder-in-use'
  | 'database-not-ours'
  | 'database-newer'
  | 'database-orphaned'
  | 'database-damaged'
  | 'node-too-old'
  | 'disk-nearly-full'
  | 'clock-wrong'
  | 'stun-silent'
  | 'relay-silent'
  | 'relay-refuses'
  | 'relay-leads-inside'
  | 'web-build-failed'

export type Fault = Readonly<{ code: FaultCode; sentence: string; fix: string }>

/** Thrown while starting. Holds every fault found, so that they are mended in one go. */
export class StartError extends Error {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[], options: { cause?: unknown } = {}) {
    super(faults.map(faultLine).join('\n'), options)
    this.name = 'StartError'
    this.faults = faults
  }
}

export function faultLine({ code, sentence, fix }: Fault): string {
  return `${code}: ${sentence} ${fix}`
}
