/** Tests THIRD-PARTY-NOTICES.md: it names every package that we ship. reference.test.ts compares it with what is printed. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { images, type Layout, release } from '../../deploy/images/images.ts'
import { requiredPackages } from '../../deploy/images/packages.ts'
import { reachableFiles } from '../../deploy/images/sources.ts'
import { root } from './document.ts'
import { noticesDocument } from './notices/notices.ts'
import { shippedPackages } from './notices/shipped.ts'
import { readText } from './notices/text.ts'

test.each(Object.entries<Layout>({ ...images, release }))(
  'names every package of %s',
  async (_name, image) => {
    const { packages } = await reachableFiles(root(), image.programs, image.leftOut)
    const contained = await requiredPackages(root(), packages)
    const shipped = (await shippedPackages()).map(({ folder }) => folder)
    // A package for one platform only belongs to a build tool.
    expect(contained.filter((folder) => !shipped.includes(folder))).toEqual([])
    expect(image.files).toEqual(expect.arrayContaining(['LICENSE', 'THIRD-PARTY-NOTICES.md']))
  },
)

test('names what the console imports, in scripts and style sheets', async () => {
  const names = (await shippedPackages()).map(({ name }) => name)
  const imported = ['svelte', '@sveltejs/kit', '@xyflow/system', '@fontsource-variable/inter', 'daisyui']
  expect(names).toEqual(expect.arrayContaining([...imported, 'tailwindcss', 'codemirror', 'jose']))
  for (const tool of ['vite', 'typescript', 'vitest']) expect(names).not.toContain(tool)
})

test('has each package with its version, and stays readable', async () => {
  const text = await noticesDocument()
  for (const { name, version } of await shippedPackages()) expect(text).toContain(`- ${name} ${version}`)
  expect(text).toContain('fastify 5')
  expect(text.length).toBeLessThan(300_000)
})

test('shares the terms of packages, and keeps the copyright of each', () => {
  const terms = 'Permission is hereby granted, free of charge.'
  const one = readText(`MIT License\n\nCopyright (c) 2020 One\n\n${terms}\n`)
  const other = readText(`The MIT License (MIT)\r\n\r\n© 2021 Other\r\nAll rights reserved.\r\n\r\n${terms}`)
  expect(one).toEqual({ key: other.key, body: terms, copyright: ['Copyright (c) 2020 One'] })
  expect(other.copyright).toEqual(['© 2021 Other'])
  expect(readText('Other terms.').key).not.toBe(one.key)
})

test('keeps every clause of the Apache licence, without the appendix', async () => {
  const { body, copyright } = readText(await readFile(root('node_modules/@prisma/client/LICENSE'), 'utf8'))
  expect(copyright).toEqual([])
  expect(body).toMatch(/^ *\(c\) You must retain, in the Source form/m)
  expect(body).toMatch(/END OF TERMS AND CONDITIONS$/)
})
