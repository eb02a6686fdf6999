/** Measures an anchor with its files and a mirror: changes during an import, and then the death of the site. On request only. */
import { number, type Part, section } from '../document.ts'
import { measureChanges } from './changes.ts'
import { measureDark } from './dark.ts'
import { startSite } from './site.ts'

export const survivePart: Part = {
  name: 'survive',
  usual: [],
  async measure(effort, say) {
    const [members, imported] = { quick: [1_000, 1_000] as const, full: [100_000, 10_000] as const }[effort]
    const site = await startSite(members, say)
    const changes = await measureChanges(site, members, imported, say)
    const dark = await measureDark(site, members, say)
    await site.close()
    const times = 'median, 99 %, the longest'
    return [
      section(
        'A change until it is in the files and in a mirror',
        `From its publication, with ${number(members)} members, while ${number(imported)} others are imported. The mirror looks each 15 s.`,
        ['', 'changes', `files: ${times}`, `mirror: ${times}`],
        changes,
      ),
      section(
        'The site is gone',
        `With ${number(members)} members; the server, the admin server, the exporter, Redis and PostgreSQL are killed. The shares compare with
what the server said before: the bytes, and for /resolve and status lists, which each server signs itself, the claims but the times.`,
        ['', 'asked', 'with an answer', 'equal by nginx', 'equal by the mirror'],
        dark,
      ),
    ]
  },
}
