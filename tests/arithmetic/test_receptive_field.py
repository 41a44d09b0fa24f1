from hypothesis import given
from hypothesis import strategies as st

from striate.arithmetic import Geometry, ReceptiveField, Window, receptive_field

windows = st.builds(
    Window, st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(0, 3), st.integers(0, 3)
)


@given(st.lists(windows, min_size=1, max_size=5), st.integers(0, 6))
def test_a_chain_sees_what_its_layers_see_one_after_another(chain, output):
    seen = {output}
    for window in reversed(chain):
        seen = {o * window.stride - window.before + t * window.dilation for o in seen for t in range(window.kernel)}
    field = ReceptiveField()
    for window in chain:
        field = field.through(window)
    assert (field.of(output)[0], field.of(output)[-1]) == (min(seen), max(seen))


def test_published_receptive_fields():
    vgg16 = [Geometry.of(3, padding=1)] * 2 + [Geometry.of(2, stride=2)]
    vgg16 += [Geometry.of(3, padding=1)] * 2 + [Geometry.of(2, stride=2)]
    for _ in range(3):
        vgg16 += [Geometry.of(3, padding=1)] * 3 + [Geometry.of(2, stride=2)]
    (field,) = receptive_field(vgg16, (224,))
    assert (field.size, field.jump) == (212, 32)  # Araujo et al. 2019, table 1
    alexnet = [Geometry.of(11, 4, 2), Geometry.of(3, 2), Geometry.of(5, 1, 2), Geometry.of(3, 2)]
    alexnet += [Geometry.of(3, 1, 1)] * 3 + [Geometry.of(3, 2)]
    (field,) = receptive_field(alexnet, (224,))
    assert (field.size, field.jump) == (195, 32)  # Araujo et al. 2019, table 1


def test_words_depend_on_the_size_of_each_layers_input():
    chain = [Geometry.of((3, 3), stride=2, padding="same"), Geometry.of((3, 3), padding="causal")]
    odd, even = receptive_field(chain, (7, 8))
    assert odd == ReceptiveField(size=7, jump=2, offset=-5)
    assert even == ReceptiveField(size=7, jump=2, offset=-4)
