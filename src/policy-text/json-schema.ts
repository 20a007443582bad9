import * as z from 'zod';
import { PolicySchema, ProjectSchema } from './schema.ts';

/**
 * The JSON Schema of a policy, or of a project's file, as editors read it. It says less than the reader does: what a
 * pattern, an enumeration or a bound cannot say, `check` says.
 */
export function jsonSchema(of: 'policy' | 'project'): string {
  const schema = z.toJSONSchema(of === 'policy' ? PolicySchema : ProjectSchema, { io: 'input' });
  const title = of === 'policy' ? 'policy of mcp-secure-run' : 'project policy of mcp-secure-run';
  return `${JSON.stringify({ ...schema, title }, null, 2)}\n`;
}
