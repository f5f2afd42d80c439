/**
 * How often one may try. Counted in memory: a restart forgives.
 *
 * Guesses are counted per account *and* address, so that somebody guessing elsewhere cannot lock the owner out (H-10),
 * and per address over all accounts. What was no guess (it was right, or the server had no time to look) is given back.
 */
import { rateLimit, takeOne } from '../rate-limit.ts'

const quarterHourSeconds = 15 * 60
const hourSeconds = 3_600

export type ThrottleLimits = Readonly<{
  loginsPerAccountAndAddress: number
  loginsPerAddress: number
  /** A class or a company that starts on the same day sits behind one address. */
  registrationsPerAddress: number
  guestsPerAddress: number
}>

const usualLimits: ThrottleLimits = {
  loginsPerAccountAndAddress: 10,
  loginsPerAddress: 100,
  registrationsPerAddress: 60,
  guestsPerAddress: 120,
}

export type Throttle = ReturnType<typeof createThrottle>

export function createThrottle(limits: ThrottleLimits = usualLimits) {
  const perAccount = rateLimit(limits.loginsPerAccountAndAddress, quarterHourSeconds)
  const perAddress = rateLimit(limits.loginsPerAddress, quarterHourSeconds)
  const registrations = rateLimit(limits.registrationsPerAddress, hourSeconds)
  const guests = rateLimit(limits.guestsPerAddress, hourSeconds)
  const accountKey = (nameKey: string, address: string) => `${address} ${nameKey}`
  return {
    async login(nameKey: string, address: string): Promise<void> {
      await takeOne(perAccount, accountKey(nameKey, address))
      await takeOne(perAddress, address)
    },
    async giveLoginBack(nameKey: string, address: string): Promise<void> {
      await perAccount.reward(accountKey(nameKey, address))
      await perAddress.reward(address)
    },
    register: (address: string) => takeOne(registrations, address),
    guest: (address: string) => takeOne(guests, address),
  }
}
