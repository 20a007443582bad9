import type * as z from 'zod';

/** The keys that a schema knows at a path, for suggestions; of several forms that a value may take, those of the map. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const [first, ...rest] = path;
  const forms = mapsOf(schema);
  if (first === undefined) return forms.flatMap((form) => (form.type === 'object' ? Object.keys(form.shape) : []));
  return forms.flatMap((form) => {
    const inner =
      form.type === 'object' ? form.shape[String(first)] : form.type === 'array' ? form.element : form.valueType;
    return inner ? keysAt(inner, rest) : [];
  });
}

type Map = z.core.$ZodObjectDef | z.core.$ZodRecordDef | z.core.$ZodArrayDef;

function mapsOf(schema: z.core.$ZodType): readonly Map[] {
  const { def } = schema._zod; // eslint-disable-line no-underscore-dangle -- zod's name for what it publishes
  if (isOptional(def)) return mapsOf(def.innerType);
  if (isUnion(def)) return def.options.flatMap(mapsOf);
  return isMap(def) ? [def] : [];
}

function isOptional(def: z.core.$ZodTypeDef): def is z.core.$ZodOptionalDef {
  return def.type === 'optional';
}

function isUnion(def: z.core.$ZodTypeDef): def is z.core.$ZodUnionDef {
  return def.type === 'union';
}

function isMap(def: z.core.$ZodTypeDef): def is Map {
  return def.type === 'object' || def.type === 'record' || def.type === 'array';
}
