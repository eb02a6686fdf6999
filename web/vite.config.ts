/** Builds the console into static files: a single page that the admin server serves for every address. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import adapter from '@sveltejs/adapter-static'
import { sveltekit } from '@sveltejs/kit/vite'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig } from 'vite'
import { documents } from './vite/documents.ts'
import { graphiql } from './vite/graphiql.ts'

const admin = `http://localhost:${process.env.ADMIN_PORT || 8000}`

const styleHash = (style: string): `sha256-${string}` =>
  `sha256-${createHash('sha256').update(style).digest('base64')}`

/** The only inline styles that the policy admits: one of SvelteKit's route announcer, one around an item of bits-ui's Command. */
function inlineStyles() {
  const root = new URL('./node_modules/@sveltejs/kit/src/runtime/components/root.svelte', import.meta.url)
  const style = /style="([^"]+)"/.exec(readFileSync(root, 'utf8'))?.[1]
  if (!style) throw new TypeError('SvelteKit has no route announcer any more: drop its style from the policy')
  return [styleHash(style), styleHash('display: contents;')]
}

export default defineConfig({
  plugins: [
    documents(),
    tailwindcss(),
    graphiql(),
    sveltekit({
      // server/cli/bootstrap.mjs builds elsewhere, and puts the result in its place when it is complete.
      adapter: adapter({
        fallback: '200.html',
        precompress: true,
        pages: process.env.CONSOLE_FOLDER || 'build',
      }),
      // A cold start takes one script and one style sheet, where each page apart took about 90 requests.
      output: { bundleStrategy: 'single' },
      csp: {
        mode: 'hash',
        directives: {
          'default-src': ['none'],
          'script-src': ['self'],
          'style-src': ['self'],
          'style-src-attr': ['unsafe-hashes', ...inlineStyles()],
          'img-src': ['self', 'data:'],
          'font-src': ['self'],
          'connect-src': ['self'],
          'frame-src': ['self'],
          'manifest-src': ['self'],
          'base-uri': ['self'],
          'form-action': ['self'],
        },
      },
    }),
  ],
  server: { proxy: { '/graphql': admin, '/api': admin } },
})
