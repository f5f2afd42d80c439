/**
 * Hashing passwords: argon2id with 19 MiB, 2 passes, 1 lane (OWASP's first choice; 12 ms), in a bounded queue.
 *
 * Invariant: never more than 2 at once and 32 waiting, so that a flood of logins takes neither the memory nor the
 * processor; whoever comes after that is told to come back (H-09). A name nobody has costs the same work as one
 * somebody has, so that the answer's time does not tell which names exist (H-08).
 */
import { hash, verify } from '@node-rs/argon2'
import { AppError } from '#shared/errors.ts'
import { passwordHashesQueuedMax, passwordHashesRunningMax } from '#shared/limits.ts'

/** The work itself: a port, so that tests with many people stay quick. */
export type Hasher = Readonly<{
  hash(password: string): Promise<string>
  verify(passwordHash: string, password: string): Promise<boolean>
}>

export type Passwords = Awaited<ReturnType<typeof createPasswords>>

const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const retryAfterSeconds = 2

export const argon2id: Hasher = {
  hash: (password) => hash(password, cost),
  verify: (passwordHash, password) => verify(passwordHash, password),
}

/** `verify` takes null for somebody who does not exist: it does the work and says no. */
export async function createPasswords(hasher: Hasher = argon2id) {
  const enqueue = createQueue()
  const nobodysHash = await hasher.hash(crypto.randomUUID())
  return {
    hash: (password: string): Promise<string> => enqueue(() => hasher.hash(normalize(password))),
    async verify(passwordHash: string | null, password: string): Promise<boolean> {
      const isRight = await enqueue(() => hasher.verify(passwordHash ?? nobodysHash, normalize(password)))
      return isRight && passwordHash !== null
    },
  }
}

/** The same text typed on another system must hash to the same (NIST SP 800-63B §3.1.1.2). */
function normalize(password: string): string {
  return password.normalize('NFKC')
}

function createQueue() {
  let running = 0
  const waiting: (() => void)[] = []
  return async function enqueue<T>(work: () => Promise<T>): Promise<T> {
    if (running < passwordHashesRunningMax) running += 1
    else if (waiting.length >= passwordHashesQueuedMax)
      throw new AppError('server-busy', { retryAfterSeconds })
    else await new Promise<void>((start) => waiting.push(start))
    try {
      return await work()
    } finally {
      // The place passes on to who waits longest, so that nobody new slips in between.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
