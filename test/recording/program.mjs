/** Loaded before a program that a test starts. Some tests start one with the Node of the system, which has no types. */
if (process.features.typescript) await import('./program.ts')
