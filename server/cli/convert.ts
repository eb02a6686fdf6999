/** `inmor convert`: writes configuration files from what another system has. */
import { Command } from 'commander'
import { federationCommand, lighthouseCommand } from '#server/cli/convert/anchor.ts'
import { samlCommand } from '#server/cli/convert/saml.ts'

export const convertCommand = new Command('convert')
  .addCommand(federationCommand)
  .addCommand(lighthouseCommand)
  .addCommand(samlCommand)
