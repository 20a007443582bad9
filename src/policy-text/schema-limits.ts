import * as z from 'zod';
import { byteRate, count, duration, rate, size } from './schema-values.ts';

export const limits = z
  .strictObject({
    memory: size.optional().meta({
      description:
        'Memory of the server and all its processes, and of its directories in memory; not the files that it maps. Without it: `4GiB`.',
      examples: ['512MiB'],
    }),
    processes: count
      .optional()
      .meta({ description: 'Processes and threads at once. Without it: `512`.', examples: [64] }),
    openFiles: count
      .optional()
      .meta({ description: 'Of each process: open files. Without it: `4096`.', examples: [1024] }),
    fileSize: size
      .optional()
      .meta({ description: 'Size of each file that it writes. Without it: any.', examples: ['100MiB'] }),
    cpu: duration.optional().meta({
      description: 'Of each process: processor time, in whole seconds. Without it: any.',
      examples: ['10min'],
    }),
    tmp: size.optional().meta({
      description: 'Each of its directories in memory. Without it: `256MiB` for /tmp, `64MiB` for each other.',
      examples: ['256MiB'],
    }),
    start: duration
      .optional()
      .meta({ description: 'Until the first answer. Without it: any time.', examples: ['30s'] }),
    runtime: duration.optional().meta({ description: 'Of the whole run. Without it: any time.', examples: ['8h'] }),
    idle: duration
      .optional()
      .meta({ description: 'Without a message, either way. Without it: any time.', examples: ['1h'] }),
    shutdown: duration
      .optional()
      .meta({ description: 'Between the end of the client and a signal. Without it: `1500ms`.', examples: ['1500ms'] }),
    message: size.optional().meta({ description: 'Of one message.', examples: ['1MiB'] }),
    result: size.optional().meta({ description: 'Of one result.', examples: ['256KiB'] }),
    calls: rate.optional().meta({ description: 'Tool calls.', examples: ['60/min'] }),
    notifications: rate.optional().meta({ description: 'Notifications of the server.', examples: ['600/min'] }),
    bytes: byteRate.optional().meta({ description: 'Bytes of messages.', examples: ['10MiB/min'] }),
    repeat: rate.optional().meta({ description: 'The same call with the same arguments.', examples: ['10/min'] }),
  })
  .meta({ id: 'Limits', description: 'What a server may use up.' });

export type LimitsInput = z.infer<typeof limits>;
