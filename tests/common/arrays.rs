//! Data sets of random arrays, in memory of any order, and examples read from them element by
//! element.

use super::inputs::Rng;
use atemoya::feed::{Array, Batch, Column, Strided};
use atemoya::sample::{Draw, Order, PlanOptions};
use atemoya::{ArrayGenerator, DType, EpochPlanner};
use std::sync::Arc;

/// An array and its memory.
#[derive(Clone)]
pub struct Laid {
    pub memory: Arc<Vec<u8>>,
    pub view: Strided,
}

impl Laid {
    /// Random bytes, in C order from the first byte on, or with axes exchanged, reversed, with gaps
    /// or repeated.
    pub fn random(rng: &mut Rng, dtype: DType, shape: [usize; 3]) -> Laid {
        let mut view = Strided::c_order(dtype, shape);
        let mut bytes = shape.iter().product::<usize>() * dtype.size();
        if rng.below(3) > 0 {
            let mut axes = [0, 1, 2];
            (1..3).for_each(|i| axes.swap(i, rng.below(i as u64 + 1) as usize));
            let (mut step, mut first) = (1 + rng.below(2) as usize, 0);
            for axis in axes {
                view.strides[axis] = step as isize;
                match rng.below(8) {
                    0 => view.strides[axis] = 0,
                    1..4 => {
                        view.strides[axis] = -(step as isize);
                        first += step * (shape[axis].max(1) - 1);
                    }
                    _ => {}
                }
                step = step * shape[axis].max(1) + rng.below(3) as usize;
            }
            view.offset = first * dtype.size() + rng.below(20) as usize;
            bytes = step * dtype.size() + view.offset;
        }
        let memory = (0..bytes).map(|_| rng.next() as u8).collect();
        Laid { memory: Arc::new(memory), view }
    }

    pub fn shared(&self) -> Array<'static> {
        Array::shared(Arc::<Vec<u8>>::clone(&self.memory), self.view).unwrap()
    }

    pub fn borrowed(&self) -> Array<'_> {
        Array::borrowed(&self.memory, self.view).unwrap()
    }

    /// The bytes of an element.
    fn element(&self, place: [usize; 3]) -> &[u8] {
        let Strided { dtype, shape, offset, strides } = self.view;
        let mut at = offset as isize;
        for axis in 0..3 {
            assert!(place[axis] < shape[axis]);
            at += place[axis] as isize * strides[axis] * dtype.size() as isize;
        }
        &self.memory[at as usize..][..dtype.size()]
    }
}

/// A data set, and what the model needs of it. The first of two arrays is that of the peaks.
#[derive(Clone)]
pub struct Data {
    pub sequences: [Laid; 2],
    pub signals: [Laid; 2],
    pub controls: Option<[Laid; 2]>,
    /// Of the signals and of the controls.
    pub groups: [Vec<usize>; 2],
    pub in_window: usize,
    pub out_window: usize,
    pub plan: PlanOptions,
    pub order: Order,
}

impl Data {
    /// Random shapes, types, options and values.
    pub fn random(rng: &mut Rng) -> Data {
        let mut upto = |bound: u64| 1 + rng.below(bound) as usize;
        let (in_window, out_window, max_jitter) = (upto(40), upto(20), upto(7) - 1);
        let (n_peaks, n_negatives) = (upto(30), upto(15) - 1);
        let groups = [(); 2].map(|()| (0..upto(3)).map(|_| upto(3)).collect::<Vec<_>>());
        let plan = PlanOptions {
            n_peaks,
            n_negatives,
            negative_ratio: if n_negatives == 0 { 0.0 } else { upto(20) as f64 / 10.0 },
            max_jitter: max_jitter as u32,
            reverse_complement: upto(4) > 1,
            shuffle: upto(3) > 1,
            seed: rng.next(),
        };
        let mut pair = |channels: usize, width: usize| {
            let dtype = DType::ALL[rng.below(12) as usize];
            let widened = width + 2 * max_jitter;
            let of_negatives = if rng.below(2) == 0 { width } else { widened };
            let peaks = Laid::random(rng, dtype, [n_peaks, channels, widened]);
            [peaks, Laid::random(rng, dtype, [n_negatives, channels, of_negatives])]
        };
        let (signal, control) = (groups[0].iter().sum(), groups[1].iter().sum());
        let (sequences, signals, controls) = (pair(4, in_window), pair(signal, out_window), pair(control, in_window));
        let controls = Some(controls).filter(|_| rng.below(2) == 0);
        let order = Order::ALL[rng.below(2) as usize];
        Data { sequences, signals, controls, groups, in_window, out_window, plan, order }
    }

    /// The generator over the arrays as `array` makes them.
    pub fn generator<'s, 'a>(&'s self, array: impl Fn(&'s Laid) -> Array<'a>) -> ArrayGenerator<'a> {
        let PlanOptions { negative_ratio, max_jitter, reverse_complement, shuffle, seed, .. } = self.plan;
        let generator = ArrayGenerator::new(array(&self.sequences[0]), array(&self.signals[0]))
            .negative_sequences(Some(array(&self.sequences[1])))
            .negative_signals(Some(array(&self.signals[1])))
            .signal_groups(Some(self.groups[0].clone()))
            .in_window(self.in_window)
            .out_window(self.out_window)
            .max_jitter(max_jitter as usize)
            .negative_ratio(negative_ratio)
            .reverse_complement(reverse_complement)
            .shuffle(shuffle)
            .random_state(seed)
            .order(self.order);
        let Some([peaks, negatives]) = &self.controls else { return generator };
        let generator = generator.peak_controls(Some(array(peaks))).negative_controls(Some(array(negatives)));
        generator.control_groups(Some(self.groups[1].clone()))
    }

    /// Returns the draws of an epoch.
    pub fn draws(&self, epoch: u64) -> Vec<Draw> {
        let planner = EpochPlanner::with_order(self.plan.clone(), self.order).unwrap();
        let plan = planner.epoch(epoch).unwrap();
        (0..plan.len()).map(|index| plan.draw(index)).collect()
    }

    /// Compares a batch with plain indexing.
    pub fn check(&self, batch: &Batch, draws: &[Draw]) {
        assert_eq!(batch.len(), draws.len());
        let columns = [
            (Column::Sequence, Some(&self.sequences), self.in_window, &vec![4]),
            (Column::Controls, self.controls.as_ref(), self.in_window, &self.groups[1]),
            (Column::Signal, Some(&self.signals), self.out_window, &self.groups[0]),
        ];
        for (column, arrays, width, groups) in columns {
            let Some(arrays) = arrays else {
                assert!(batch.column(column).is_none());
                continue;
            };
            let found = batch.column(column).unwrap();
            assert_eq!(found.dtype(), arrays[0].view.dtype);
            assert_eq!(found.shape(), [draws.len(), groups.iter().sum(), width]);
            let bytes: Vec<u8> = draws.iter().flat_map(|&draw| self.example(arrays, draw, width, groups)).collect();
            assert!(found.bytes() == bytes, "{column:?} of {:?} with {:?}", arrays.clone().map(|a| a.view), self.plan);
        }
        for (row, draw) in draws.iter().enumerate() {
            assert_eq!(batch.labels()[row], i64::from(draw.is_peak));
            assert_eq!(batch.sources()[row], i64::from(draw.source));
            assert_eq!(batch.offsets()[row], i64::from(draw.offset));
            assert_eq!(batch.reverse_complemented()[row], u8::from(draw.reverse_complement));
        }
    }

    /// Returns the values that an example must have in a column: channel after channel.
    fn example(&self, arrays: &[Laid; 2], draw: Draw, width: usize, groups: &[usize]) -> Vec<u8> {
        let array = if draw.is_peak { &arrays[0] } else { &arrays[1] };
        // Cherimoya slices `[offset : offset + width]`, with offset 0 for negatives.
        let mut start = draw.offset as usize;
        if !draw.is_peak && self.order == Order::Native && array.view.shape[2] > width {
            start = (array.view.shape[2] - width) / 2;
        }
        let mut bytes = Vec::new();
        let mut first = 0;
        for &size in groups {
            for i in 0..size {
                let channel = if draw.reverse_complement { first + size - 1 - i } else { first + i };
                for position in 0..width {
                    let position = if draw.reverse_complement { width - 1 - position } else { position };
                    bytes.extend(array.element([draw.source as usize, channel, start + position]));
                }
            }
            first += size;
        }
        bytes
    }
}
