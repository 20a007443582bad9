export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly started: string;
  readonly argv: string;
}

export function processesWith(marker: string): Process[];
export function treeOf(root: number): Process[];
export function stillRunning(processes: readonly Process[]): Process[];
