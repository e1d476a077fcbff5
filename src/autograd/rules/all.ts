/** Registers every gradient rule. One line a file; a new op with a gradient adds its line here. */
import './infoNce';
import './attention';
import './relativeBias';
import './crossEntropy';
import './dropout';
import './elementwise';
import './embedding';
import './gruCell';
import './linearCrossEntropy';
import './matmul';
import './move';
import './norm';
import './reduce';
import './views';
import './unfold';
