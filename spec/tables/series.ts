/** Series of which kernels were compared with the model, oldest first. What is known of changes is known of these. */
export const COMPARED_SERIES = [
  ...['5.10', '6.1', '6.12', '6.16', '6.17', '6.18', '6.19'],
  ...['7.0', '7.1', '7.2', '7.3'],
] as const;
