import { EXIT, type ExitCode } from '../finding/exit-code.ts';
import { jsonSchema } from '../policy-text/json-schema.ts';
import { documentSchema, type DocumentName } from '../render/document-schemas.ts';
import type { Io } from './io.ts';

export type SchemaName = 'policy' | 'project' | DocumentName;

/** `schema`: the JSON Schema of a policy, for editors, or of what a verb prints with `--json`. */
export default function schemaCommand(of: SchemaName, io: Io): ExitCode {
  io.out(of === 'policy' || of === 'project' ? jsonSchema(of) : documentSchema(of));
  return EXIT.ok;
}
