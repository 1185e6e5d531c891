import type { ICellModel, ICodeCellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { IOutputModel } from '@jupyterlab/rendermime';
import { streamIdOf } from './bundle';

/** A stream's output in a notebook, and where it stands in its cell. */
export interface StreamOutput {
  readonly streamId: string;
  readonly index: number;
  readonly output: IOutputModel;
}

export function codeCells(model: INotebookModel): ICodeCellModel[] {
  return [...model.cells].filter(isCode);
}

/** The outputs of a cell that show a stream, in order. */
export function streamOutputs({ outputs }: ICodeCellModel): StreamOutput[] {
  const found: StreamOutput[] = [];
  for (let index = 0; index < outputs.length; index++) {
    const output = outputs.get(index);
    const streamId = streamIdOf(output.data);
    if (streamId !== null) found.push({ streamId, index, output });
  }
  return found;
}

export function allStreamOutputs(model: INotebookModel): StreamOutput[] {
  return codeCells(model).flatMap(streamOutputs);
}

function isCode(cell: ICellModel): cell is ICodeCellModel {
  return cell.type === 'code';
}
