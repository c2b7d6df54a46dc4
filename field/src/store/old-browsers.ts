/** What Chrome 90 lacks and a dependency calls (@noble/hashes: Object.hasOwn, of Chrome 93). Imported first. */
const holder = Object as unknown as { hasOwn?: (object: object, key: PropertyKey) => boolean };
// eslint-disable-next-line es-x/no-object-hasown
holder.hasOwn ??= (object, key) => Object.prototype.hasOwnProperty.call(object, key);

export {};
