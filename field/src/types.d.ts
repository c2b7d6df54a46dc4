declare module "virtual:catalogue/*" {
  const sentences: Record<string, string>;
  export default sentences;
}
