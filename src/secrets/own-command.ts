import type { Reference } from '../policy/reference.ts';

/** What to type to put a secret where it is kept, or to take it out, in words of that store: none has the value in it. */
export function ownCommand(verb: 'set' | 'rm', reference: Exclude<Reference, { provider: 'keyring' }>): string {
  return verb === 'set' ? toSet(reference) : toRemove(reference);
}

type Elsewhere = Parameters<typeof ownCommand>[1];

function toSet(reference: Elsewhere): string {
  switch (reference.provider) {
    case 'env':
      return `set \`${reference.name}\` where the client starts`;
    case 'file':
      return `\`install -m 600 /dev/stdin ${word(reference.path)}\`, then the value, Enter and Ctrl-D`;
    case 'dotenv':
      return `write \`${reference.key}=…\` into ${reference.path} with an editor, and \`chmod 600 ${word(reference.path)}\``;
    case 'op':
      return `type it in the 1Password app; \`op read ${word(reference.uri)}\` shows whether it is there`;
    case 'bw':
      return `\`bw get item ${word(reference.item)}\` shows the item; \`bw edit item\` takes it back by stdin`;
    case 'pass':
      return `\`pass insert ${word(reference.name)}\``;
    case 'vault':
      return `\`vault kv patch ${word(reference.path)} ${word(reference.key)}=-\`, which reads it by stdin`;
    case 'sops':
      return `\`sops ${word(reference.path)}\`, which opens an editor`;
    case 'aws-sm':
      return `\`aws secretsmanager put-secret-value --secret-id ${word(reference.id)} --secret-string file:///dev/stdin\``;
    case 'gcp-sm':
      return `\`gcloud secrets versions add ${reference.secret} --project=${reference.project} --data-file=-\``;
    case 'az-kv':
      return `\`az keyvault secret set --vault-name ${reference.vault} --name ${reference.name} --file /dev/stdin\``;
    case 'cmd':
      return 'store it where that program looks';
  }
}

function toRemove(reference: Elsewhere): string {
  switch (reference.provider) {
    case 'env':
      return `unset \`${reference.name}\` where the client starts`;
    case 'file':
      return `\`rm ${word(reference.path)}\``;
    case 'dotenv':
      return `take \`${reference.key}\` out of ${reference.path} with an editor`;
    case 'op':
      return 'delete it in the 1Password app, or with `op item delete`';
    case 'bw':
      return `\`bw delete item ${word(reference.item)}\``;
    case 'pass':
      return `\`pass rm ${word(reference.name)}\``;
    case 'vault':
      return `\`vault kv delete ${word(reference.path)}\``;
    case 'sops':
      return `\`sops ${word(reference.path)}\`, which opens an editor`;
    case 'aws-sm':
      return `\`aws secretsmanager delete-secret --secret-id ${word(reference.id)}\``;
    case 'gcp-sm':
      return `\`gcloud secrets delete ${reference.secret} --project=${reference.project}\``;
    case 'az-kv':
      return `\`az keyvault secret delete --vault-name ${reference.vault} --name ${reference.name}\``;
    case 'cmd':
      return 'take it out where that program looks';
  }
}

/** As one word of a shell, whatever is in it; `~` in front stays for the shell to fill. */
function word(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
