from striate.lineage.systems import alexnet


def test_neurons_are_the_sizes_of_figure_2_with_conv1_of_55_by_55():
    sizes = (55 * 55 * 96, 27 * 27 * 256, 13 * 13 * 384, 13 * 13 * 384, 13 * 13 * 256, 4096, 4096, 1000)
    assert alexnet.neurons() == sum(sizes) == alexnet.NEURONS
