"""Pictures with questions: held-out scenes of the embedded model, or rows of a user's file."""

from mobtheory.experiments.samples.digest import samples_digest as samples_digest
from mobtheory.experiments.samples.embedded_scenes import embedded_samples as embedded_samples
from mobtheory.experiments.samples.picture import UnreadableImage as UnreadableImage
from mobtheory.experiments.samples.picture import open_picture as open_picture
from mobtheory.experiments.samples.sample import ReadSamples as ReadSamples
from mobtheory.experiments.samples.sample import RefusedSample as RefusedSample
from mobtheory.experiments.samples.sample import Sample as Sample
from mobtheory.experiments.samples.sample_file import read_samples as read_samples
