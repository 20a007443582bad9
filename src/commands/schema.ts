import { EXIT, type ExitCode } from '../finding/exit-code.ts';
import { jsonSchema } from '../policy-text/json-schema.ts';
import type { Io } from './io.ts';

/** `schema`: the JSON Schema of a policy, for editors. */
export default function schemaCommand(of: 'policy' | 'project', io: Io): ExitCode {
  io.out(jsonSchema(of));
  return EXIT.ok;
}
