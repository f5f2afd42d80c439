/** HTTP routes of accounts: who am I, register, log in, log out. */
import { Hono } from 'hono'
import { CredentialsRequest, paths, type MeResponse, type SignedIn } from '#shared/http.ts'
import { addressOf } from '../front/address.ts'
import { readJson, type Env } from '../front/door.ts'
import type { Accounts, Entry } from './accounts.ts'
import { noSessionCookie } from './cookie.ts'

export function accountRoutes(accounts: Accounts): Hono<Env> {
  const app = new Hono<Env>()

  app.get(paths.me, (c) => {
    const visitor = c.var.visitor
    const me = visitor && {
      id: visitor.personId,
      name: visitor.name,
      isGuest: visitor.isGuest,
      isServerOwner: visitor.isServerOwner,
    }
    return c.json<MeResponse>({ me, isFirstRun: accounts.isFirstRun() })
  })

  app.post(paths.register, async (c) => {
    const request = await readJson(c, CredentialsRequest)
    const entry = await accounts.register(request, addressOf(c.env.incoming), c.var.visitor)
    return c.json<SignedIn>({ me: entry.me }, 201, setCookie(entry))
  })

  app.post(paths.login, async (c) => {
    const request = await readJson(c, CredentialsRequest)
    const entry = await accounts.login(request, addressOf(c.env.incoming), c.var.visitor)
    return c.json<SignedIn>({ me: entry.me }, 200, setCookie(entry))
  })

  app.post(paths.logout, (c) => {
    accounts.logout(c.var.visitor)
    return c.body(null, 204, { 'Set-Cookie': noSessionCookie })
  })

  return app
}

function setCookie({ cookie }: Entry): Record<string, string> {
  return { 'Set-Cookie': cookie }
}
