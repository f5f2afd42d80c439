/**
 * Accounts: registering, logging in and out.
 *
 * Invariants: the first account of a server is its owner; entering always begins a new session and ends the one before
 * (H-05); what a stranger is told does not tell whether a name exists (H-08), except where they ask for that very name.
 */
import { AppError } from '#shared/errors.ts'
import type { CredentialsRequest, Me } from '#shared/http.ts'
import type { PersonId } from '#shared/ids.ts'
import { cleanName, nameKey, refuseName } from '#shared/names.ts'
import type { Clock, Presences } from '../ports.ts'
import { newPersonId } from '../random-id.ts'
import type { Store } from '../store/open.ts'
import { refusePassword } from './password-rules.ts'
import type { Passwords } from './passwords.ts'
import type { Sessions, SignedInPerson } from './sessions.ts'
import type { Throttle } from './throttle.ts'

type Options = Readonly<{
  store: Store
  clock: Clock
  sessions: Sessions
  passwords: Passwords
  throttle: Throttle
  presences: Presences
  /** A guest's session ended: they cannot come back. */
  onGuestGone: (personId: PersonId) => void
}>

/** Somebody let in, and the cookie that says so from now on. */
export type Entry = Readonly<{ me: Me; cookie: string }>

export type Accounts = ReturnType<typeof createAccounts>

export function createAccounts(options: Options) {
  const { store, clock, sessions, passwords, throttle, presences } = options

  function end(visitor: SignedInPerson | null): void {
    if (visitor === null) return
    sessions.end(visitor.sessionKey)
    presences.sessionEnded(visitor.sessionKey)
    if (visitor.isGuest) options.onGuestGone(visitor.personId)
  }

  async function enter(personId: PersonId, before: SignedInPerson | null): Promise<Entry> {
    const person = store.people.byId(personId)
    if (person === null) throw new AppError('server-fault')
    const cookie = await sessions.begin(personId, person.isGuest === 1 ? 'guest' : 'account')
    end(before)
    return {
      me: {
        id: person.id,
        name: person.name,
        isGuest: person.isGuest === 1,
        isServerOwner: person.isServerOwner === 1,
      },
      cookie,
    }
  }

  return {
    isFirstRun: (): boolean => !store.people.hasAccounts(),

    /** `before` is who the browser was until now. */
    async register(
      request: CredentialsRequest,
      address: string,
      before: SignedInPerson | null,
    ): Promise<Entry> {
      const name = cleanName(request.name)
      const refusal = refuseName(name) ?? refusePassword(request.password, name)
      if (refusal !== null) throw new AppError(refusal)
      await throttle.register(address)
      if (store.people.byNameKey(nameKey(name)) !== null) throw new AppError('name-taken')
      const passwordHash = await passwords.hash(request.password)
      const id = newPersonId()
      const isAdded = store.people.addAccount({
        id,
        name,
        nameKey: nameKey(name),
        passwordHash,
        nowMs: clock(),
      })
      if (!isAdded) throw new AppError('name-taken')
      return enter(id, before)
    },

    async login(request: CredentialsRequest, address: string, before: SignedInPerson | null): Promise<Entry> {
      const key = nameKey(request.name)
      await throttle.login(key, address)
      const person = store.people.byNameKey(key)
      const isRight = await verifyOrGiveBack(person?.passwordHash ?? null, request.password, key, address)
      if (person === null || !isRight || person.disabledAt !== null) throw new AppError('credentials-wrong')
      await throttle.giveLoginBack(key, address)
      return enter(person.id, before)
    },

    /** Lets a stranger in under a name of their choice, for a day. */
    async enterAsGuest(name: string, address: string): Promise<Entry> {
      await throttle.guest(address)
      const id = newPersonId()
      store.people.addGuest({ id, name, nowMs: clock() })
      return enter(id, null)
    },

    logout: end,
  }

  async function verifyOrGiveBack(
    passwordHash: string | null,
    password: string,
    key: string,
    address: string,
  ): Promise<boolean> {
    try {
      return await passwords.verify(passwordHash, password)
    } catch (error) {
      if (error instanceof AppError && error.code === 'server-busy')
        await throttle.giveLoginBack(key, address)
      throw error
    }
  }
}
