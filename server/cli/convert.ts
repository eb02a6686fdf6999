/** `inmor convert`: writes configuration files from what another system has. */
import { Command } from 'commander'
import { federationCommand } from '#server/cli/convert/federation.ts'
import { lighthouseCommand } from '#server/cli/convert/lighthouse.ts'
import { samlCommand } from '#server/cli/convert/saml.ts'

export const convertCommand = new Command('convert')
  .addCommand(federationCommand)
  .addCommand(lighthouseCommand)
  .addCommand(samlCommand)
